import { nextStep } from "../../domain/failure.ts";
import { EXPORT_COLUMNS, type LedgerRow } from "../columns.ts";
import { LedgerError } from "../error.ts";
import { type Facts, readFacts } from "../sql/facts.ts";
import { admit, ownerOf } from "../sql/import-identity.ts";
import { one, run, type Steps } from "../sql/steps.ts";
import type { LeftLedger } from "../sqlite-leaving.ts";
import type { Database } from "./database.ts";

/** Throws LedgerError (exit code 2) where a run or a worker has used this database: its attempts have numbers of their own. */
export async function refuseUsed(database: Database): Promise<void> {
  const own = await database.read(() =>
    one("select 1 as found from prewarm_attempts where fence is not null limit 1"),
  );
  if (own === undefined) return;
  throw new LedgerError(
    `${database.place} has been used by a run already, and a ledger is moved into one that has not; to take over the ids: \`prewarm export --ledger sqlite:FILE | prewarm import -\``,
    2,
  );
}

/** What is of one process, or of one kind of database. */
const NOT_COPIED = /^(?:holder_|schema_version$|postgres_version$)/;

/**
 * Writes down whose ledger it is, and what else was remembered in the file. Throws LedgerError (exit code 2), and nothing is written,
 * where this one belongs to another bot, bucket, API server or world.
 */
export async function copyFacts(database: Database, left: LeftLedger): Promise<void> {
  const facts = left.play(readFacts);
  await database.write(function* (): Steps<void> {
    const known = yield* ownerOf();
    for (const row of ownersIn(facts)) {
      const stranger = yield* admit(database.place, known, { where: left.place, row });
      if (stranger) throw new LedgerError(`${stranger.message}. Next: ${nextStep(stranger.reason)}`, 2);
    }
    for (const [key, value] of facts)
      if (!NOT_COPIED.test(key))
        yield* run("insert into prewarm_identity (key, value) values (:key, :value) on conflict do nothing", {
          key,
          value,
        });
  });
}

const NOTHING = Object.fromEntries(Object.keys(EXPORT_COLUMNS).map((name) => [name, null])) as LedgerRow;

/** A line for each bot, as an export would have it. */
function ownersIn(facts: Facts): LedgerRow[] {
  const owner: LedgerRow = {
    ...NOTHING,
    sandbox: facts.get("sandbox") === "1",
    bucket: facts.get("bucket_name") ?? null,
    endpoint: facts.get("bucket_endpoint") ?? null,
  };
  const slugs = [...facts.keys()].flatMap((key) => /^bot:(.*):id$/.exec(key)?.[1] ?? []);
  return [
    owner,
    ...slugs.map((bot) => ({
      ...owner,
      bot,
      bot_id: facts.get(`bot:${bot}:id`) ?? null,
      api_root: facts.get(`bot:${bot}:api_root`) ?? null,
    })),
  ];
}
