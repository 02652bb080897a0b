import type { Failure } from "../domain/failure.ts";
import { nextStep } from "../domain/failure.ts";
import type { Check, Report } from "./check.ts";
import type { CheckContext } from "./context.ts";
import { howToSet } from "./hints.ts";
import { OBJECT_CHECKS } from "./r2-objects.ts";
import { reachReport } from "./reach.ts";
import { fail, ofFailure, pass, skipped, warn } from "./report.ts";

const CLOUDFLARE = /(^|\.)r2\.cloudflarestorage\.com$/;
const ACCOUNT = /^[0-9a-f]{32}(\.(eu|fedramp))?\.r2\.cloudflarestorage\.com$/;
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
const OBJECT_READ =
  "Cloudflare dashboard -> R2 -> Manage API tokens -> your token -> Edit: Object Read on this bucket";

const endpoint: Check = {
  id: "r2-endpoint",
  group: "r2",
  title: "endpoint",
  why: "Listing and presigned URLs work on the S3 host of the account only, a jurisdiction's on its own host.",
  needs: [
    "config-missing:everything",
    "config-missing:R2_ACCOUNT_ID",
    "config-values:R2_ENDPOINT",
    "config-values:R2_ACCOUNT_ID",
  ],
  run: ({ config: { draft } }) => {
    if (draft.endpoint === "") return [skipped("not set")];
    return [endpointReport(new URL(draft.endpoint))];
  },
};

function endpointReport({ hostname, protocol, host }: URL): Report {
  if (!CLOUDFLARE.test(hostname)) return pass(`${host}, an S3 server other than R2's own`);
  if (protocol === "http:") return fail("R2 is asked over http", `export R2_ENDPOINT=https://${hostname}`);
  const jurisdiction = /\.(eu|fedramp)\./.exec(hostname)?.[1];
  return pass(jurisdiction ? `${hostname}: buckets of the jurisdiction ${jurisdiction}` : hostname);
}

const reach: Check = {
  id: "r2-reach",
  group: "r2",
  title: "connection",
  why: "Every object is listed and read through this connection.",
  needs: ["proxy", "r2-endpoint"],
  run: async (context) => {
    const { endpoint: url } = context.config.draft;
    if (url === "") return [skipped("no endpoint")];
    return [reachReport(await context.reach(url), { name: "R2", url, variable: "R2_ENDPOINT" })];
  },
};

const NEXT: Partial<Record<Failure["reason"], string>> = {
  r2_key_unknown: howToSet("R2_ACCESS_KEY_ID"),
  r2_signature_wrong: howToSet("R2_SECRET_ACCESS_KEY"),
  r2_clock_skew: "sudo timedatectl set-ntp true",
};

function nextOf({ config }: CheckContext, { reason }: Failure): string {
  if (reason !== "bucket_missing") return NEXT[reason] ?? nextStep(reason);
  const { hostname } = new URL(config.draft.endpoint);
  const [account] = hostname.split(".");
  const plain = ACCOUNT.test(hostname) && !/\.(eu|fedramp)\./.test(hostname);
  return plain
    ? `${howToSet("R2_BUCKET")}; a bucket in the EU: export R2_ENDPOINT=https://${account}.eu.r2.cloudflarestorage.com`
    : howToSet("R2_BUCKET");
}

const IN_PLACE = [
  "r2-reach",
  "clock",
  "config-missing:R2_BUCKET",
  "config-missing:R2_ACCESS_KEY_ID",
  "config-missing:R2_SECRET_ACCESS_KEY",
  "config-values:R2_BUCKET",
  "config-values:R2_ACCESS_KEY_ID",
  "config-values:R2_SECRET_ACCESS_KEY",
];

const access: Check = {
  id: "r2-access",
  group: "r2",
  title: "bucket and key pair",
  why: "R2 has to know the key id, accept the signature, and have the bucket.",
  needs: IN_PLACE,
  run: async (context) => {
    if (!context.r2) return [skipped("not set")];
    const { bucket } = context.r2;
    const page = await context.r2.firstPage();
    if (page.ok || page.failure.reason === "r2_denied")
      return [pass(`R2 knows the key pair; bucket ${bucket}`)];
    const odd = page.failure.reason === "bucket_missing" && !BUCKET.test(bucket);
    const report = ofFailure(page.failure, nextOf(context, page.failure));
    return [
      odd ? { ...report, found: `${report.found}; "${bucket}" is no name that a bucket can have` } : report,
    ];
  },
};

const list: Check = {
  id: "r2-list",
  group: "r2",
  title: "right to list",
  why: "Without --manifest a run lists the bucket.",
  needs: ["r2-access"],
  run: async ({ r2 }) => {
    const page = await r2?.firstPage();
    if (!page) return [skipped("not set")];
    if (!page.ok)
      return [fail("this key pair may not list the bucket", OBJECT_READ, { reason: page.failure.reason })];
    if (page.value.length === 0)
      return [
        warn(
          "the bucket is empty: there is nothing to warm",
          "put media into the bucket, or choose another: export R2_BUCKET=<name>",
        ),
      ];
    return [pass(page.value.length < 1000 ? `${page.value.length} objects` : "1,000 objects and more")];
  },
};

const NO_SUCH_KEY = "prewarm-check-env/no-such-object";

const read: Check = {
  id: "r2-read",
  group: "r2",
  title: "right to read",
  why: "Objects are read to be uploaded, and by Telegram through presigned URLs.",
  needs: ["r2-access"],
  run: async ({ r2 }) => {
    if (!r2) return [skipped("not set")];
    const page = await r2.firstPage();
    const key = page.ok ? page.value[0]?.key : undefined;
    const found = await r2.storage.head(key ?? NO_SUCH_KEY);
    if (found.ok || found.failure.reason === "object_missing") return [pass("given")];
    const denied = found.failure.reason === "r2_denied" || found.failure.reason === "object_denied";
    return [
      denied
        ? fail("this key pair may not read objects", OBJECT_READ, { reason: found.failure.reason })
        : ofFailure(found.failure),
    ];
  },
};

export const R2: readonly Check[] = [endpoint, reach, access, list, read, ...OBJECT_CHECKS];
