import { type MigratedLedger, type MovedLedger, migrationOf } from "../compose/migrate.ts";
import { count } from "../reporters/format.ts";
import type { MigrateFlags } from "./migrate-flags.ts";
import type { CommandPlace } from "./place.ts";

/** `prewarm migrate`: answers the exit code. Throws ConfigError and LedgerError. */
export async function migrate(flags: MigrateFlags, place: CommandPlace): Promise<number> {
  const { env, stdout } = place;
  const migration = migrationOf(flags, env, place.folder);
  const notify = flags.notifyTrigger === true;
  if (flags.print === true) stdout.write(await migration.print({ notify }));
  else if (flags.from !== undefined) stdout.write(movedText(await migration.move(flags.from)));
  else stdout.write(migratedText(await migration.migrate({ notify })));
  return 0;
}

function migratedText({ place, version, changes }: MigratedLedger): string {
  const how =
    changes === null ? "" : changes === 0 ? ", as they were before" : `, by ${count(changes)} statements`;
  return `${place}: the tables are of version ${version}${how}\n`;
}

function movedText({ place, from, tables, checksum, merged }: MovedLedger): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const each = tables
    .filter((table) => table.rows > 0)
    .map((table) => `  ${table.name.padEnd(18)}${count(table.rows).padStart(12)}\n`);
  const same =
    merged === null
      ? "all columns of all rows are the same in both"
      : `of what was there already and is not the same, ${count(merged.replaced + merged.added)} rows took what the file has and ${count(merged.kept)} were left (as in an import: an id that works stays)`;
  return `${from} -> ${place}: ${count(rows)} rows\n${each.join("")}${same}; checksum ${checksum}\n${from} is as it was; from now on: PREWARM_LEDGER=postgres://...\n`;
}
