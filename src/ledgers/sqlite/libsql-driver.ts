import type { SqliteDriver } from "./driver.ts";
import { libsql } from "./native.ts";

/**
 * libsql, without its traps: it aborts the process on a boolean, Date or object, and keeps throwing from a statement's
 * `.get()` after a constraint error, so only `.all` and `.run` are used. It frees statements, and with them the connection,
 * only when they are garbage-collected (tursodatabase/libsql-js#228).
 */
export function libsqlDriver(file: string): SqliteDriver {
  const Database = libsql();
  const db = new Database(file);
  return {
    exec: (sql) => {
      db.exec(sql);
    },
    prepare: (sql) => {
      const statement = db.prepare<[readonly unknown[]]>(sql);
      return {
        run: (values) => statement.run(values).changes,
        all: (values) => statement.all(values) as unknown[],
      };
    },
    rollBack: () => {
      if (db.inTransaction) db.exec("rollback");
    },
    close: () => {
      db.close();
    },
  };
}
