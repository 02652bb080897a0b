import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { sqliteConformance } from "./sqlite-conformance.ts";

sqliteConformance("SQLite", openSqliteLedger);
