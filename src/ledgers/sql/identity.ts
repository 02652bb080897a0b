import type { Failure } from "../../domain/failure.ts";
import { failure } from "../../domain/failure.ts";
import { failed, ok, type Result } from "../../domain/result.ts";
import type { Identity } from "../port.ts";
import { type Facts, readFacts } from "./facts.ts";
import { one, run, type Steps } from "./steps.ts";

/**
 * Records whose ledger this is, or fails with whom it belongs to. Everything is compared before anything is written; bots
 * that are new to it are added. A sandbox's ports change, so only its bot ids are compared. Must run inside a transaction.
 */
export function* identify(place: string, identity: Identity): Steps<Result<void>> {
  const known = yield* readFacts();
  const stranger = yield* strangerTo(place, identity, known);
  if (stranger) return failed(stranger);
  let isAlone = true;
  for (const [key, value] of identityRows(identity))
    if (!known.has(key)) isAlone = (yield* run(NEW_FACT, { key, value })) > 0 && isAlone;
  // Another process that came at the same moment may be a stranger.
  const other = isAlone ? null : yield* strangerTo(place, identity, yield* readFacts());
  return other ? failed(other) : ok(undefined);
}

const NEW_FACT =
  "insert into prewarm_identity (key, value) values (:key, :value) on conflict (key) do nothing";

/** Returns the failure of a run with this identity, when the ledger belongs to somebody else, or null; writes nothing. */
export function* strangerTo(place: string, identity: Identity, known: Facts): Steps<Failure | null> {
  return (
    (yield* otherWorld(place, known, identity.sandbox)) ??
    otherBucket(place, known, identity) ??
    otherBot(place, known, identity)
  );
}

/** Fails when a real run meets the ledger of a sandbox, or the reverse. */
export function* checkWorld(place: string, sandbox: boolean): Steps<Result<void>> {
  const stranger = yield* otherWorld(place, yield* readFacts(), sandbox);
  return stranger ? failed(stranger) : ok(undefined);
}

function identityRows({ sandbox, bucket, bots }: Identity): [string, string][] {
  const facts: [string, string][] = [["sandbox", sandbox ? "1" : "0"]];
  if (bucket) facts.push(["bucket_endpoint", bare(bucket.endpoint)], ["bucket_name", bucket.name]);
  for (const bot of bots) {
    facts.push([`bot:${bot.slug}:id`, bot.id]);
    if (!sandbox) facts.push([`bot:${bot.slug}:api_root`, bare(bot.apiRoot)]);
  }
  return facts;
}

function* otherWorld(place: string, known: Facts, sandbox: boolean): Steps<Failure | null> {
  const isSandbox = known.get("sandbox");
  if (isSandbox === "1" && !sandbox) {
    return failure("ledger_sandbox", `${place} belongs to a sandbox; this run is a real one`);
  }
  const isReal = isSandbox === undefined ? yield* holdsIds() : isSandbox === "0";
  if (!isReal || !sandbox) return null;
  return failure("ledger_real", `${place} belongs to real bots; this run is in the sandbox`);
}

/** True for a database with ids: one without a mark and with ids was written by real bots. */
function* holdsIds(): Steps<boolean> {
  return (yield* one("select 1 from media_cache where tg_file_id is not null limit 1")) !== undefined;
}

function otherBucket(place: string, known: Facts, { bucket }: Identity): Failure | null {
  const name = known.get("bucket_name");
  const endpoint = known.get("bucket_endpoint");
  if (!bucket || name === undefined || endpoint === undefined) return null;
  if (name === bucket.name && endpoint === bare(bucket.endpoint)) return null;
  return failure(
    "ledger_other_bucket",
    `${place} belongs to bucket ${name} at ${endpoint}; this run reads bucket ${bucket.name} at ${bare(bucket.endpoint)}`,
  );
}

function otherBot(place: string, known: Facts, { sandbox, bots }: Identity): Failure | null {
  for (const { slug, id, apiRoot } of bots) {
    const knownId = known.get(`bot:${slug}:id`);
    if (knownId !== undefined && knownId !== id) {
      return failure(
        "ledger_other_bot",
        `${place} belongs to bot ${knownId} as \`${slug}\`; this token is of bot ${id}`,
      );
    }
    const root = known.get(`bot:${slug}:api_root`);
    if (!sandbox && root !== undefined && root !== bare(apiRoot)) {
      return failure(
        "ledger_other_api_root",
        `${place} has ids of \`${slug}\` from ${root}; this run talks to ${bare(apiRoot)}`,
      );
    }
  }
  return null;
}

/** Returns scheme, host, port and path without a trailing slash; user and password, which a URL may contain, are left out. */
function bare(url: string): string {
  if (!URL.canParse(url)) return url.replace(/\/+$/, "");
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`.replace(/\/+$/, "");
}
