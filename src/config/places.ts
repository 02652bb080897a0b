import { homedir } from "node:os";
import { isPostgres, readPostgresUrl } from "../domain/postgres-url.ts";
import { BadValue } from "./bad-value.ts";
import { trimmed } from "./plain.ts";

const R2_HOST = ".r2.cloudflarestorage.com";
/** Jurisdictions: developers.cloudflare.com/r2/reference/data-location. */
const ACCOUNT = /^([0-9a-f]{32})(\.(?:eu|us|fedramp))?$/i;
const ACCOUNT_FORM =
  "the 32 characters 0-9 a-f of your account, with .eu, .us or .fedramp behind them for buckets of that jurisdiction";
const ENDPOINT_FORM = `an http(s) URL without query or password, such as https://<account id>${R2_HOST}`;

/** The S3 host of an account (developers.cloudflare.com/r2/api/s3/api). */
function endpointOfAccount(account: string): string {
  return `https://${account}${R2_HOST}`;
}

/** Whether an endpoint is R2's own, where R2's rules hold. */
export function isR2(endpoint: string): boolean {
  return URL.canParse(endpoint) && new URL(endpoint).hostname.endsWith(R2_HOST);
}

/** An account id, which may come as the whole host or URL, or as the address of the dashboard. Returns an endpoint; throws BadValue. */
export function accountEndpoint(text: string): string {
  const bare = text.replace(/^https?:\/\//i, "");
  const ofDashboard = /^dash\.cloudflare\.com\/([0-9a-f]{32})\b/i.exec(bare)?.[1];
  const [host = "", path] = bare.split(/(?=\/)/, 2);
  const label = ofDashboard ?? (host.toLowerCase().endsWith(R2_HOST) ? host.slice(0, -R2_HOST.length) : host);
  const isAlone = host === bare && host === label;
  if (
    !ACCOUNT.test(label) ||
    (path !== undefined && label === host && !ofDashboard) ||
    (isAlone && /^https?:/i.test(text))
  )
    throw new BadValue(ACCOUNT_FORM);
  const rest = ofDashboard || path === undefined || path === "/" ? "" : bare.slice(host.length);
  return `${endpointOfAccount(label.toLowerCase())}${rest}`;
}

/** The URL of an S3 server. Throws BadValue. */
export function endpointUrl(text: string): string {
  if (ACCOUNT.test(text)) throw new BadValue(ENDPOINT_FORM, { right: endpointOfAccount(text.toLowerCase()) });
  const url = webUrl(text, ENDPOINT_FORM);
  if (/\.r2\.dev$/i.test(url.hostname))
    throw new BadValue(`${ENDPOINT_FORM}: ${url.hostname} is the public address of a bucket, no S3 endpoint`);
  if (/(^|\.)dash\.cloudflare\.com$/i.test(url.hostname))
    throw new BadValue(`${ENDPOINT_FORM}: this is the address of the dashboard`);
  if (!url.hostname.endsWith(R2_HOST)) return urlText(url);
  const label = url.hostname.slice(0, -R2_HOST.length);
  if (ACCOUNT.test(label) && url.protocol === "http:")
    throw new BadValue(`${ENDPOINT_FORM}: R2 is asked over https`, {
      right: urlText(url).replace("http:", "https:"),
    });
  if (ACCOUNT.test(label)) return urlText(url);
  const withBucket = /^[a-z0-9-]+\.([0-9a-f]{32}(?:\.(?:eu|us|fedramp))?)$/.exec(label)?.[1];
  if (withBucket)
    throw new BadValue(`${ENDPOINT_FORM}: the bucket's name goes into R2_BUCKET`, {
      right: endpointOfAccount(withBucket),
    });
  throw new BadValue(`${ENDPOINT_FORM}: "${label}" is no account id: it has 32 characters 0-9 a-f`);
}

const ROOT_FORM =
  "the http(s) URL of a Bot API server without query or password, such as https://api.telegram.org";

/** The root of a Bot API server: what stands before `/bot<token>`. Throws BadValue. */
export function apiRootUrl(text: string): string {
  const url = webUrl(text, ROOT_FORM);
  if (/^(www\.)?(t\.me|telegram\.(org|me))$/i.test(url.hostname))
    throw new BadValue(ROOT_FORM, { right: "https://api.telegram.org" });
  return urlText(url).replace(/\/bot$/, "");
}

/** A proxy, which may have a name and password; without a scheme it is http. Throws BadValue. */
export function proxyUrl(text: string): string {
  const form = "the URL of an http proxy such as http://host:3128";
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (/^socks/i.test(full)) throw new BadValue(`${form}: a SOCKS proxy cannot be used`);
  if (/\s/.test(full)) throw new BadValue(`${form}: a blank in its name or password is written %20`);
  if (/[/?#\\].*@/.test(full.replace(/^.*?:\/\//, "")))
    throw new BadValue(
      `${form}: in its name or password / is written %2F, ? is %3F, # is %23, and a backslash is %5C`,
    );
  const url = URL.canParse(full) ? new URL(full) : null;
  if (!url || !/^https?:$/.test(url.protocol) || /^http:\/\/https?:/i.test(full) || full.includes("\\"))
    throw new BadValue(form);
  if (/\.pac$/i.test(url.pathname))
    throw new BadValue(`${form}: this is the address of a PAC file, which names it`);
  if (decoded(url.username) === null || decoded(url.password) === null)
    throw new BadValue(`${form}: a % in its name or password is written %25, an @ %40`);
  return full;
}

/** Null where it is not percent-encoded as a URL has it. */
export function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

const BUCKET_FORM = "the bucket's name alone, such as media";

/** A bucket by its name, as any S3 server may have it. Throws BadValue. */
export function bucketName(text: string): string {
  const path = text.replace(/^[a-z][a-z\d+.-]*:\/\//i, "");
  const isWeb = /^https?:\/\//i.test(text);
  const [name = "", ...rest] = path.split("/").filter((part) => part !== "");
  if (isWeb || /[\s"'`?#%&=@:,;*|<>\\${}]/.test(path)) throw new BadValue(BUCKET_FORM);
  if (name === text) return name;
  if (name === "") throw new BadValue(BUCKET_FORM);
  const prefix = rest.length > 0 ? `: what follows the name is a prefix (--prefix ${rest.join("/")}/)` : "";
  throw new BadValue(`${BUCKET_FORM}${prefix}`, { right: name });
}

/** A name by R2's rules (developers.cloudflare.com/r2/buckets/create-buckets). Throws BadValue. */
export function r2BucketName(name: string): string {
  const rule = /^[a-z\d][a-z\d-]{1,61}[a-z\d]$/;
  if (rule.test(name)) return name;
  const lower = name.toLowerCase();
  throw new BadValue("3 to 63 characters a-z, 0-9 and hyphens, as R2 has its names", {
    right: rule.test(lower) ? lower : null,
  });
}

/** A bot as it is called in the ledger. Throws BadValue. */
export function slug(text: string): string {
  if (/[\s\p{C}"'`“”‘’„«»,\\]/u.test(text))
    throw new BadValue("a short name without blanks, quotes and commas, such as default");
  return text;
}

const LEDGER_FORM = "written as sqlite:<path> or postgres://<user>@<host>/<database>";

/** The path of a ledger's file, or the URL of a ledger in PostgreSQL as it is. Throws BadValue. */
export function ledgerFile(text: string, platform: NodeJS.Platform = process.platform): string {
  if (isPostgres(text)) {
    const url = readPostgresUrl(text);
    if (typeof url === "string") throw new BadValue(`${LEDGER_FORM}: ${url}`);
    return text;
  }
  const isOurs = /^sqlite:/i.test(text);
  if (!isOurs && /^[a-z][a-z\d+.-]+\s*:/i.test(text)) throw new BadValue(LEDGER_FORM);
  const path = trimmed(trimmed(text.replace(/^sqlite:/i, "")).replace(/^\/\//, ""));
  const file = platform === "win32" ? path.replace(/^\/(?=[a-z]:[\\/])/i, "") : path;
  const isUrl = /:.*@/s.test(file.replace(/^[a-z]:(?=[\\/])/i, ""));
  if (file === "" || isUrl || /["'`]/.test(file)) throw new BadValue(LEDGER_FORM);
  const name = file.slice(file.search(/[^\\/]*$/));
  if (name !== trimmed(name))
    throw new BadValue(`${LEDGER_FORM}: a blank stands before the name of the file`);
  if (/[\\/]$/.test(file))
    throw new BadValue(`${LEDGER_FORM}: this names a folder`, { right: `${text}prewarm.db` });
  if (/^:memory:|^file:/i.test(file)) throw new BadValue(`${LEDGER_FORM}: the path of a file that stays`);
  if (/^~[\\/]/.test(file))
    throw new BadValue(`${LEDGER_FORM}: ~ means nothing here`, {
      right: `sqlite:${homedir()}${file.slice(1)}`,
    });
  if (/^\$\w+/.test(file)) throw new BadValue(`${LEDGER_FORM}: variables are not filled in here`);
  return file;
}

/** The URL of a database in PostgreSQL as it is. Throws BadValue. */
export function postgresPlace(text: string): string {
  const url = isPostgres(text) ? readPostgresUrl(text) : "written as postgres://user@host:5432/database";
  if (typeof url === "string") throw new BadValue(url);
  return text;
}

function webUrl(text: string, form: string): URL {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text)) {
    const [, scheme = "https", host = text] = /^(https?):(?!\d+$)[\\/]*(.*)$/i.exec(text) ?? [];
    const isHost = URL.canParse(`https://${host}`) && /[.:]|^localhost/.test(text) && !/[\s@?#\\]/.test(host);
    throw new BadValue(form, { right: isHost ? `${scheme.toLowerCase()}://${host}` : null });
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (/[<>{}]/.test(text)) throw new BadValue(`${form}: it still has a placeholder`);
  const isPlain = url && !url.search && !url.hash && !url.username && !url.password;
  if (!url || !isPlain || !/^https?:$/.test(url.protocol) || /[?#@\s\\]/.test(text)) throw new BadValue(form);
  return url;
}

function urlText(url: URL): string {
  return url.href.replace(/\/+$/, "");
}
