import { all, run, type Steps } from "./steps.ts";

/** What stands in `prewarm_identity`: whose ledger this is, its version and its holder, by key. */
export type Facts = ReadonlyMap<string, string>;

const KEEP = `insert into prewarm_identity (key, value) values (:key, :value)
  on conflict (key) do update set value = excluded.value`;

/** Returns all facts. */
export function* readFacts(): Steps<Facts> {
  const rows = yield* all<{ key: string; value: string }>(
    "select key, value from prewarm_identity order by key",
  );
  return new Map(rows.map(({ key, value }) => [key, value]));
}

/** Writes a fact down, in place of what it was. */
export function* keepFact(key: string, value: string): Steps<void> {
  yield* run(KEEP, { key, value });
}
