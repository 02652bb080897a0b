import type { LedgerError } from "../ledgers/error.ts";
import type { PostgresServer, PostgresSight } from "../ledgers/postgres-sight.ts";
import type { Check, Report } from "./check.ts";
import { setClock } from "./clock.ts";
import type { CheckContext } from "./context.ts";
import { fail, pass, skipped, warn } from "./report.ts";

/** A ledger's error is written as `what; what to do (what the server said)`. */
function failed({ message }: LedgerError): Report {
  const [, text = message, said] = /^(.*?)(?: \(([^()]*(?:\([^()]*\)[^()]*)*)\))?$/s.exec(message) ?? [];
  const [found = "", ...rest] = text.split("; ");
  const details = said === undefined ? undefined : [said];
  return fail(found, rest.join("; ") || "prewarm check-env --only ledger", { details });
}

const IS_OF_TLS = /certificate|SSL|sslmode|sslrootcert|sslcert|sslkey|TLS/;
const IS_OF_TABLES = /was written by a newer prewarm|is of type/;

function isOfTls(problem: LedgerError): boolean {
  return IS_OF_TLS.test(problem.message);
}

function onPostgres(
  check: Pick<Check, "id" | "title" | "why" | "needs">,
  run: (sight: PostgresSight, context: CheckContext) => Report,
): Check {
  return {
    ...check,
    group: "ledger",
    applies: ({ postgres }) => postgres !== null,
    run: (context) => [context.postgres ? run(context.postgres, context) : skipped("the ledger is a file")],
  };
}

/** Runs where a connection came about. */
function onServer(
  check: Pick<Check, "id" | "title" | "why">,
  run: (server: PostgresServer, context: CheckContext, sight: PostgresSight) => Report,
): Check {
  return onPostgres({ ...check, needs: ["ledger-reach", "ledger-tls"] }, (sight, context) =>
    sight.server ? run(sight.server, context, sight) : skipped("no connection"),
  );
}

const reach = onPostgres(
  {
    id: "ledger-reach",
    title: "server",
    why: "Without its ledger nothing is known to be warm, so nothing is begun.",
    needs: ["config-values:PREWARM_LEDGER"],
  },
  ({ place, problem, server }) => {
    if (server) return pass(`${place} answers`);
    if (problem === null || isOfTls(problem)) return pass(`${place}: somebody listens there`);
    return failed(problem);
  },
);

const tls = onPostgres(
  {
    id: "ledger-tls",
    title: "encryption",
    why: "Without it whoever is in between reads the password and the ids.",
    needs: ["ledger-reach"],
  },
  ({ problem, server }) => {
    if (server === null) return problem && isOfTls(problem) ? failed(problem) : skipped("no connection");
    if (server.encryption !== null) return pass(server.encryption);
    if (server.isLocal) return pass("none, to a server on this machine");
    return warn(
      "the connection is not encrypted",
      "add sslmode=require to the URL of PREWARM_LEDGER (?sslmode=require)",
    );
  },
);

/** PostgreSQL 13: a transaction's number is asked for by pg_current_xact_id (postgresql.org/docs/13/release-13.html). */
const OLDEST = 130_000;

const version = onServer(
  {
    id: "ledger-version",
    title: "version",
    why: "prewarm needs PostgreSQL 13, and leaves alone what a newer prewarm wrote.",
  },
  (server, _, { problem, view }) => {
    if (server.versionNumber < OLDEST)
      return fail(
        `PostgreSQL ${server.version} is older than 13`,
        "upgrade the server to PostgreSQL 13 or newer",
      );
    if (problem && IS_OF_TABLES.test(problem.message))
      return problem.fault === "newer"
        ? fail(failed(problem).found, "npm install prewarm@latest (in the folder that you run it from)")
        : failed(problem);
    if (problem && problem.fault !== "not_writable") return failed(problem);
    const isOlder = !server.isCurrent && view !== null && view.schemaVersion !== null;
    const tables = server.isCurrent
      ? `tables of schema ${view?.schemaVersion}`
      : isOlder
        ? "tables of an older prewarm, which the next run brings to this version"
        : server.hasMedia
          ? "the tables of a platform, which a run uses as they are"
          : "no tables yet: the first run makes them";
    return pass(`PostgreSQL ${server.version}; ${tables}`);
  },
);

const PRINT = "prewarm migrate --print > prewarm.sql (and have it run by the owner of the tables)";

const rights = onServer(
  {
    id: "ledger-rights",
    title: "rights",
    why: "A run makes and widens its tables where it may, and writes each attempt before its call.",
  },
  (server, _, { problem }) => {
    const { user, schema } = server;
    if (server.isReadOnly)
      return fail(
        "the database can only be read: it is a standby, or has failed over",
        "name the primary in PREWARM_LEDGER",
      );
    if (!server.hasSchema) return fail(`there is no schema ${schema}`, PRINT);
    if (problem?.fault === "not_writable")
      return fail(`${user} may not read the tables in the schema ${schema}`, PRINT);
    if (!server.isCurrent && !server.mayChange)
      return fail(`${user} may not make or change tables in the schema ${schema}`, PRINT);
    if (server.isCurrent && server.notWritable.length > 0)
      return fail(`${user} may not write ${server.notWritable.join(", ")}`, PRINT);
    return pass(
      `${user} may write in the schema ${schema}${server.mayChange ? ", and change its tables" : ""}`,
    );
  },
);

const pooler = onServer(
  {
    id: "ledger-pooler",
    title: "pooler",
    why: "Behind a pooler that gives connections out by transaction no session keeps anything; prewarm needs none.",
  },
  ({ isPooled }) =>
    pass(
      isPooled
        ? "behind a pooler, by transaction: all works but LISTEN, so rows of others are found by asking"
        : "a connection of its own",
    ),
);

const [SECOND, MINUTE] = [1_000, 60_000];

const clock = onServer(
  {
    id: "ledger-clock",
    title: "clock of the server",
    why: "Leases and waits go by the database's clock, whatever this machine's says; logs go by this one.",
  },
  ({ skewMs }, { host }) => {
    const by = `${Math.round(Math.abs(skewMs) / SECOND)} s`;
    if (Math.abs(skewMs) <= MINUTE) return pass("agrees with this machine's");
    return warn(
      `this machine's clock is ${by} ${skewMs > 0 ? "ahead of" : "behind"} the database's: nothing breaks, and logs disagree`,
      setClock(host.platform),
    );
  },
);

const engine = onServer(
  {
    id: "ledger-engine",
    title: "engine",
    why: "A run and one worker need none; several workers share their work through pg-boss.",
  },
  ({ hasEngine }, { engineProblem }) => {
    if (engineProblem === null)
      return pass(
        "pg-boss is there: any number of workers may share the work (and keep a database awake that would sleep)",
      );
    if (!hasEngine) return pass(`one worker at a time: ${engineProblem}`);
    const node = /needs Node/.test(engineProblem);
    return warn(
      `workers share their work here (schema prewarm_jobs), and none can on this machine: ${engineProblem}`,
      node ? "nvm install 24" : (engineProblem.split(": ").at(-1) ?? "npm i pg-boss"),
    );
  },
);

/** Checks of a ledger in PostgreSQL. */
export const POSTGRES: readonly Check[] = [reach, tls, version, rights, pooler, clock, engine];
