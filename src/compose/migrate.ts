import { loadLedgerPath } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { Flags } from "../config/layers.ts";
import { ledgerFile } from "../config/places.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import { type MigratedLedger, migrateLedger, printMigration } from "../ledgers/postgres-migrate.ts";
import { type MovedLedger, moveSqlite } from "../ledgers/postgres-move.ts";
import { migrateSqlite } from "../ledgers/sqlite-migrate.ts";

export type { MigratedLedger, MovedLedger };

interface MigrationOptions {
  /** Has the database say when others write work. */
  readonly notify?: boolean;
}

/** The ledger of a configuration, as its tables are brought to this version. */
export interface Migration {
  /** Throws LedgerError, also where this user may not change the tables. */
  migrate(options?: MigrationOptions): Promise<MigratedLedger>;
  /** The SQL that does it. Throws LedgerError. */
  print(options?: MigrationOptions): Promise<string>;
  /** Moves the ledger at `from` here. Throws ConfigError and LedgerError. */
  move(from: string): Promise<MovedLedger>;
}

/** Opens nothing yet; nothing but the place of the ledger has to be set. Throws ConfigError. */
export function migrationOf(flags: Flags, env: NodeJS.ProcessEnv, folder: string): Migration {
  const place = loadLedgerPath(flags, env, folder);
  if (isPostgres(place))
    return {
      migrate: (options) => migrateLedger(place, options),
      print: (options) => printMigration(place, options),
      move: (from) => moveSqlite({ to: place, from: fileOf(from) }),
    };
  const onlyPostgres = async (flag: string): Promise<never> => {
    throw new ConfigError([
      `${flag}: ${place} is a ledger in SQLite; name one in PostgreSQL by PREWARM_LEDGER=postgres://...`,
    ]);
  };
  return {
    migrate: async ({ notify = false } = {}) =>
      notify ? onlyPostgres("--notify-trigger") : migrateSqlite(place),
    print: () => onlyPostgres("--print"),
    move: () => onlyPostgres("--from"),
  };
}

function fileOf(from: string): string {
  const file = ledgerFile(from);
  if (!isPostgres(file)) return file;
  throw new ConfigError(["--from takes a ledger in SQLite, written as sqlite:<path>"]);
}
