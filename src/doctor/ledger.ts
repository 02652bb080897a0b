import { dirname, resolve } from "node:path";
import { nextStep } from "../domain/failure.ts";
import { LedgerError, type LedgerFault } from "../ledgers/error.ts";
import { fileSystemKind, tellsLocal } from "../ledgers/file-systems.ts";
import type { LedgerView } from "../ledgers/view.ts";
import type { Check, Report } from "./check.ts";
import type { CheckContext } from "./context.ts";
import { POSTGRES } from "./postgres.ts";
import { fail, pass, skipped, warn } from "./report.ts";

const OTHER_LEDGER = "export PREWARM_LEDGER=sqlite:other.db";

const file: Check = {
  id: "ledger-file",
  group: "ledger",
  title: "file",
  why: "The ledger keeps the ids; without it nothing is known to be warm, so nothing is begun.",
  needs: ["native-module", "config-values:PREWARM_LEDGER"],
  applies: ({ postgres }) => postgres === null,
  run: (context) => {
    const { ledger } = context.config.draft;
    try {
      const look = context.ledger();
      if (look === null) return [pass(`${ledger} is not there yet: the first run makes it`)];
      return [
        pass(
          look.schemaVersion === null
            ? `${ledger} is a database that a run adopts as it is`
            : `${ledger}, schema ${look.schemaVersion}`,
        ),
      ];
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      const [found = "", ...rest] = error.message.split("; ");
      return [fail(found, wayOut(error.fault, ledger) ?? rest.join("; "))];
    }
  },
};

/** Null where the message says it. */
function wayOut(fault: LedgerFault, ledger: string): string | null {
  if (fault === "read_only") return `mount it for writing, or: ${OTHER_LEDGER}`;
  if (fault === "no_folder") return `mkdir -p ${dirname(ledger)}`;
  if (fault === "not_writable")
    return `sudo chown "$USER" ${dirname(resolve(ledger))} && sudo chown "$USER" ${ledger}`;
  if (fault === "newer") return "npm install prewarm@latest (in the folder that you run it from)";
  return fault === "no_ledger" ? OTHER_LEDGER : null;
}

const LITTLE_SPACE = 50_000_000;
const NO_SPACE = 1_000_000;

const disk: Check = {
  id: "ledger-disk",
  group: "ledger",
  title: "disk",
  why: "Each id is on the disk before it is used; SQLite's write-ahead log does not work over a network.",
  needs: ["ledger-file"],
  applies: ({ postgres }) => postgres === null,
  run: ({ host, config: { draft } }) => {
    const folder = dirname(resolve(draft.ledger));
    const system = host.fileSystem(folder);
    if (!system) return [skipped("this system does not say")];
    const free = `${Math.round(system.freeBytes / 1e6)} MB free`;
    const kind = fileSystemKind(system.type, system.path ?? folder, host.platform);
    if (kind?.kind === "network")
      return [
        fail(
          `${folder} is on ${kind.name}, where WAL is not possible`,
          "export PREWARM_LEDGER=sqlite:/var/tmp/prewarm.db",
        ),
      ];
    if (system.freeBytes < NO_SPACE) return [fail(`${free} in ${folder}`, `df -h ${folder}`)];
    if (kind)
      return [
        warn(
          `${folder} is on a ${kind.name} file system, which may not keep SQLite's locks and write-ahead log; ${free}`,
          "keep the ledger on a disk of this machine; in a container on a named volume, not in a folder of the host",
        ),
      ];
    return [
      system.freeBytes < LITTLE_SPACE
        ? warn(`${free} in ${folder}`, `df -h ${folder}`)
        : pass(tellsLocal(host.platform) ? `a local file system, ${free}` : free),
    ];
  },
};

/** Runs on what the ledger holds, where there is one. */
function about(
  check: Pick<Check, "id" | "title" | "why">,
  report: (look: LedgerView, context: CheckContext) => Report,
): Check {
  return {
    ...check,
    group: "ledger",
    needs: ["ledger-file", "ledger-reach", "ledger-version"],
    applies: (context) => looked(context) !== null,
    run: (context) => {
      const look = context.ledger();
      return [look ? report(look, context) : skipped("no ledger yet")];
    },
  };
}

/** The ledger where it can be read; what stands in the way is the business of the first check. */
function looked(context: CheckContext): LedgerView | null {
  try {
    return context.ledger();
  } catch (error) {
    if (error instanceof LedgerError) return null;
    throw error;
  }
}

const owner = about(
  {
    id: "ledger-owner",
    title: "owner",
    why: "An id serves only the bot it was made by, and keys of several buckets are kept apart.",
  },
  ({ stranger }) =>
    stranger
      ? fail(stranger.message, nextOfStranger(stranger.reason), { reason: stranger.reason })
      : pass("this bucket and these bots may use it"),
);

function nextOfStranger(reason: Parameters<typeof nextStep>[0]): string {
  return /^ledger_/.test(reason) ? OTHER_LEDGER : nextStep(reason);
}

const holder = about(
  {
    id: "ledger-holder",
    title: "writer",
    why: "One process at a time writes to a file; in PostgreSQL runs may write beside a worker. Readers are free.",
  },
  ({ holder: who }, { postgres }) => {
    if (!who && postgres) return pass("no worker keeps it warm");
    if (!who) return pass("no process is writing to it");
    const text = `\`${who.command}\` writes to it (pid ${who.pid} on ${who.host}, since ${who.since} UTC)`;
    return who.admin === null
      ? warn(`${text}; another run is refused until it has ended`, "prewarm status")
      : pass(`${text} and warms new objects by itself; ${who.admin}/ shows how it is`);
  },
);

const rows = about(
  { id: "ledger-rows", title: "rows", why: "What is ready is not sent again." },
  ({ rows: all }) => {
    const byStatus = new Map<string, number>();
    for (const { status, count } of all) byStatus.set(status, (byStatus.get(status) ?? 0) + count);
    return pass([...byStatus].map(([status, count]) => `${count} ${status}`).join(", ") || "none yet");
  },
);

function countOf(look: LedgerView, meets: (row: LedgerView["rows"][number]) => boolean): number {
  return look.rows.filter(meets).reduce((sum, { count }) => sum + count, 0);
}

const sending = about(
  {
    id: "ledger-sending",
    title: "calls under way",
    why: "A call whose process died may have posted; the next run marks it unknown.",
  },
  ({ sending: { count, oldest }, holder: who }) => {
    if (count === 0) return pass("none");
    const text = `${count}, the oldest since ${oldest} UTC`;
    return who ? pass(text) : warn(`${text}, and no process is at it any more`, "prewarm run");
  },
);

const unknownRows = about(
  {
    id: "ledger-unknown",
    title: "unknown",
    why: "These may have been posted, and are never sent again by themselves.",
  },
  (look) => {
    const count = countOf(look, ({ status }) => status === "unknown");
    return count > 0
      ? warn(count === 1 ? "1 row" : `${count} rows`, "prewarm run --only unknown")
      : pass("none");
  },
);

const weakRows = about(
  {
    id: "ledger-weak",
    title: "weak ids",
    why: "They can be sent, but are not quite what was asked for.",
  },
  (look) => {
    const count = countOf(look, ({ weak }) => weak);
    return count > 0
      ? warn(count === 1 ? "1 row" : `${count} rows`, "prewarm run --only weak")
      : pass("none");
  },
);

const failedRows = about(
  {
    id: "ledger-failed",
    title: "failed",
    why: "These have no id: a bot that looks for one finds none.",
  },
  (look) => {
    const count = countOf(look, ({ status }) => status === "error");
    return count > 0
      ? warn(count === 1 ? "1 row" : `${count} rows`, "prewarm run --only failed")
      : pass("none");
  },
);

export const LEDGER: readonly Check[] = [
  file,
  disk,
  ...POSTGRES,
  owner,
  holder,
  rows,
  sending,
  unknownRows,
  weakRows,
  failedRows,
];
