import { type Failure, failure } from "../../domain/failure.ts";
import type { ImportLine } from "../importing.ts";
import { keepFact, readFacts } from "./facts.ts";
import { one, type Steps } from "./steps.ts";

/** What a ledger is known to be, by key of `prewarm_identity`; grows with what it learns. */
export type KnownOwner = Map<string, string>;

/** Returns whose ledger this is. One without a mark that holds ids is of real bots. */
export function* ownerOf(): Steps<KnownOwner> {
  const known = new Map(yield* readFacts());
  if (!known.has("sandbox") && (yield* one("select 1 from media_cache where tg_file_id is not null limit 1")))
    known.set("sandbox", "0");
  return known;
}

/**
 * Returns why a line must not come into this ledger: it is of another world, bucket, bot or API server. Else the ledger is from
 * now on what the line says of it, where it was nothing yet. Must run inside a transaction.
 */
export function* admit(place: string, known: KnownOwner, { where, row }: ImportLine): Steps<Failure | null> {
  for (const [key, value, refuse] of factsOf(row, where, place)) {
    const has = known.get(key);
    if (has === value) continue;
    if (has !== undefined) return refuse(has);
    yield* keepFact(key, value);
    known.set(key, value);
  }
  return null;
}

type Fact = readonly [key: string, value: string, refuse: (has: string) => Failure];

function factsOf(row: ImportLine["row"], where: string, place: string): Fact[] {
  const { sandbox, bucket, endpoint, bot, bot_id: id, api_root: root } = row;
  const isSandbox = sandbox === true;
  const world: Fact = [
    "sandbox",
    isSandbox ? "1" : "0",
    () =>
      isSandbox
        ? failure("ledger_real", `${where} is of a sandbox, and ${place} belongs to real bots`)
        : failure("ledger_sandbox", `${where} is of real bots, and ${place} belongs to a sandbox`),
  ];
  const otherBucket = (said: string) => (has: string) =>
    failure("ledger_other_bucket", `${where} is of bucket ${said}, and ${place} belongs to ${has}`);
  const facts: Fact[] = [world];
  if (bucket !== null) facts.push(["bucket_name", bucket, otherBucket(bucket)]);
  if (endpoint !== null) facts.push(["bucket_endpoint", endpoint, otherBucket(`at ${endpoint}`)]);
  if (bot === null) return facts;
  if (id !== null)
    facts.push([
      `bot:${bot}:id`,
      id,
      (has) =>
        failure(
          "ledger_other_bot",
          `${where} has ids of bot ${id} as \`${bot}\`, and ${place} belongs to bot ${has} under that slug`,
        ),
    ]);
  if (root !== null)
    facts.push([
      `bot:${bot}:api_root`,
      root,
      (has) =>
        failure(
          "ledger_other_api_root",
          `${where} has ids of \`${bot}\` from ${root}, and ${place} has those from ${has}`,
        ),
    ]);
  return facts;
}
