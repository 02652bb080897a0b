import type { SqliteDriver, SqliteValue } from "./driver.ts";

/** The part of `node:sqlite` that is used here; the types of Node 20 do not have it. */
interface NodeSqlite {
  readonly DatabaseSync: new (
    file: string,
    options: { readonly defensive: boolean },
  ) => {
    exec(sql: string): void;
    prepare(sql: string): {
      run(...values: readonly SqliteValue[]): { readonly changes: number | bigint };
      all(...values: readonly SqliteValue[]): unknown[];
    };
    close(): void;
  };
}

let loaded: NodeSqlite | null | undefined;

/** Returns `node:sqlite`, without the warning that it is new; null where this Node has none, or only behind a flag (before 22.13). */
export function nodeSqlite(): NodeSqlite | null {
  loaded ??= isThere(process.versions.node) ? quietly(load) : null;
  return loaded;
}

function isThere(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 13);
}

/** Null in a Node that was built without SQLite. */
function load(): NodeSqlite | null {
  const { getBuiltinModule } = process as { getBuiltinModule?: (id: string) => unknown };
  return (getBuiltinModule?.("node:sqlite") as NodeSqlite | undefined) ?? null;
}

/** Node warns while the module is loaded, by `process.emitWarning`, and has no switch for one warning. */
function quietly<T>(work: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}

export function nodeDriver({ DatabaseSync }: NodeSqlite, file: string): SqliteDriver {
  // Widening a check of an adopted table writes the schema, which Node 24 refuses by default.
  const db = new DatabaseSync(file, { defensive: false });
  return {
    exec: (sql) => db.exec(sql),
    prepare: (sql) => {
      const statement = db.prepare(sql);
      return {
        run: (values) => Number(statement.run(...values).changes),
        all: (values) => statement.all(...values),
      };
    },
    // Before 22.16 it does not tell whether a transaction is open.
    rollBack: () => {
      try {
        db.exec("rollback");
      } catch (error) {
        if (!(error instanceof Error) || !/no transaction is active/.test(error.message)) throw error;
      }
    },
    close: () => db.close(),
  };
}
