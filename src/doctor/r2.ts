import type { Failure } from "../domain/failure.ts";
import { nextStep } from "../domain/failure.ts";
import type { Check, Report } from "./check.ts";
import { setClock } from "./clock.ts";
import type { CheckContext, CheckedBucket } from "./context.ts";
import { howToSet, placeOf } from "./hints.ts";
import { OBJECT_CHECKS } from "./r2-objects.ts";
import { reachReport } from "./reach.ts";
import { fail, ofFailure, pass, skipped, warn } from "./report.ts";

const CLOUDFLARE = /(^|\.)r2\.cloudflarestorage\.com$/;
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
const OBJECT_READ =
  "Cloudflare dashboard -> R2 -> Manage API tokens -> your token -> Edit: Object Read on this bucket";

const NO_SUCH_KEY = "prewarm-check-env/no-such-object";

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

function endpointReport({ hostname, host }: URL): Report {
  if (!CLOUDFLARE.test(hostname)) return pass(`${host}, an S3 server other than R2's own`);
  const jurisdiction = /\.(eu|us|fedramp)\.r2\./.exec(hostname)?.[1];
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

/** The value that is at fault. */
const VARIABLES: Partial<Record<Failure["reason"], string>> = {
  r2_key_unknown: "R2_ACCESS_KEY_ID",
  r2_signature_wrong: "R2_SECRET_ACCESS_KEY",
  r2_region_wrong: "R2_ENDPOINT",
};

function nextOf({ config, host }: CheckContext, { reason }: Failure): string {
  if (reason === "r2_clock_skew") return setClock(host.platform);
  if (reason === "bucket_missing")
    return `${howToSet("R2_BUCKET", placeOf(config, "R2_BUCKET"))}${elsewhere(config.draft.endpoint)}`;
  if (reason === "r2_denied") return `${OBJECT_READ}${elsewhere(config.draft.endpoint)}`;
  const variable = VARIABLES[reason];
  return variable === undefined ? nextStep(reason) : howToSet(variable, placeOf(config, variable));
}

/** At the plain host of an account buckets of a jurisdiction are not there, or not to be read. */
function elsewhere(endpoint: string): string {
  const account = /^([0-9a-f]{32})\.r2\./.exec(new URL(endpoint).hostname)?.[1];
  if (account === undefined) return "";
  return `; a bucket of a jurisdiction (.eu., .us. or .fedramp.): export R2_ENDPOINT=https://${account}.eu.r2.cloudflarestorage.com`;
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
    const knows = pass(`R2 knows the key pair; bucket ${bucket}`);
    if (page.ok || (page.failure.reason === "r2_denied" && (await mayReadAny(context.r2)))) return [knows];
    const odd = page.failure.reason === "bucket_missing" && !BUCKET.test(bucket);
    const report = ofFailure(page.failure, nextOf(context, page.failure));
    return [
      odd ? { ...report, found: `${report.found}; "${bucket}" is no name that a bucket can have` } : report,
    ];
  },
};

/** Who may read and not list is told by an object that is not there: then the bucket is, and the key pair is known to it. */
async function mayReadAny({ storage }: CheckedBucket): Promise<boolean> {
  const found = await storage.head(NO_SUCH_KEY);
  return found.ok || found.failure.reason === "object_missing";
}

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
