import type { ShownCell } from "./local-cell.ts";

const shown = (
  place: ShownCell["place"],
  what: string,
  [says, code, ledger]: readonly [says: string, code: number, ledger: string],
  [file, title]: readonly [file: string, title: string],
): ShownCell => ({ place, what, says, code, ledger, by: { file, title } });

const OPEN = "test/ledgers/sqlite/open.test.ts";
const CRASH = "test/cli/crash.slow.test.ts";
const SIGNALS = "test/cli/signals.test.ts";
const SLEEPING = "test/cli/sleeping-postgres.test.ts";
const TLS = "test/ledgers/postgres/tls.test.ts";

/** Cells that tests elsewhere show, each named by its title. */
export const SHOWN_CELLS: readonly ShownCell[] = [
  shown(
    "the ledger, as it is opened",
    "its file system is mounted read-only",
    [
      "prewarm.db lies on a file system that is mounted read-only; mount it for writing; use another --ledger",
      2,
      "none",
    ],
    [
      "test/cli/read-only.test.ts",
      "a file system that is mounted read-only is called so, and no right is asked for (needs `unshare`)",
    ],
  ),
  shown(
    "the ledger, as it is opened",
    "this user may not write the file or its folder",
    [
      "may not be written by this user; allow it to write the file and its folder, or use another --ledger",
      2,
      "as it was",
    ],
    [OPEN, "says that it may not write to the %s"],
  ),
  shown(
    "the ledger, as it is opened",
    "a newer prewarm wrote it",
    ["it is of a newer prewarm", 2, "as it was"],
    [OPEN, "refuses what a newer prewarm wrote, untouched"],
  ),
  shown(
    "the ledger, as it is opened",
    "another program wrote a text into it that is not UTF-8, and Node.js is older than 22.13 (newer ones read it; a ledger over 32 MB is not looked through)",
    ["it holds what no prewarm writes: that text, and where it is; mend or delete that row", 2, "as it was"],
    [
      "test/hostile/ledgers.test.ts",
      "in which %s is not UTF-8 is refused by all, in one line, before libsql ends the process at it",
    ],
  ),
  shown(
    "the ledger, as it is opened",
    "another process of prewarm writes to it",
    ["is held by the process that is named", 2, "as it was"],
    ["test/cli/ownership.test.ts", "is refused with the process that holds it; readers and plans are free"],
  ),
  shown(
    "the ledger, as it is opened",
    "it is that of another bot or bucket",
    ["belongs to the one that is named", 2, "as it was"],
    [
      "test/cli/ownership.test.ts",
      "refuses another bot, another bucket, another API root and the sandbox by name, and stays as it was",
    ],
  ),
  shown(
    "the ledger, as it is opened",
    "the disk of temporary files is full, in a dry run",
    [
      "cannot hold a copy of the ledger, its disk is full; free some space there, or set TMPDIR to a folder with room",
      1,
      "as it was",
    ],
    [
      "test/cli/temporary-files.test.ts",
      "a plan names the disk of temporary files where that is full (needs `unshare`)",
    ],
  ),
  shown(
    "the ledger, in use",
    "its disk becomes full",
    ["cannot grow, its disk is full; free some space, then run again", 1, "nothing by halves"],
    [OPEN, "says that the disk is full, writes nothing by halves, and goes on when there is room"],
  ),
  shown(
    "the ledger, in use",
    "several processes begin at the same moment",
    ["held by the one that was first", 2, "that of one"],
    ["test/ledgers/processes.slow.test.ts", "lets exactly one of several in that start at the same moment"],
  ),
  shown(
    "PostgreSQL",
    "it goes away for a while",
    ["it is away, and is waited for", 0, "ready"],
    [SLEEPING, "is waited for by a run that is busy, which says so and goes on"],
  ),
  shown(
    "PostgreSQL",
    "it cannot be reached when a worker starts",
    ["that it cannot, and why; it is waited for, for up to ten minutes", 0, "ready"],
    [SLEEPING, "is waited for by a worker, which says so and goes on, and ends a run"],
  ),
  shown(
    "PostgreSQL",
    "it cannot be reached when a run starts",
    ["that it cannot, and why", 1, "as it was"],
    [SLEEPING, "is waited for by a worker, which says so and goes on, and ends a run"],
  ),
  shown(
    "PostgreSQL",
    "it can only be read, as after a failover",
    ["it can only be read, and is waited for", 0, "ready"],
    [SLEEPING, "is waited for until it can be written"],
  ),
  shown(
    "PostgreSQL",
    "a connection was dropped and made again",
    ["nothing", 0, "ready"],
    [
      "test/ledgers/postgres/patience.test.ts",
      "says nothing of a connection that was dropped and made again",
    ],
  ),
  shown(
    "PostgreSQL",
    "its certificate is for another host",
    ["the host that it is for", 2, "as it was"],
    [TLS, "where the certificate is for another host"],
  ),
  shown(
    "PostgreSQL",
    "its certificate has expired",
    ["that it has, and since when", 2, "as it was"],
    [TLS, "where it has expired"],
  ),
  shown(
    "PostgreSQL",
    "it does not encrypt",
    ["that it does not", 2, "as it was"],
    [TLS, "where the server does not encrypt"],
  ),
  shown(
    "the process",
    "SIGKILL while objects are read, calls are made, and answers come",
    [
      "nothing; the next run tells of calls of a run that died",
      3,
      "unknown process_died for calls under way, the rest is warmed",
    ],
    [CRASH, "goes on by itself after kill -9 at any moment; nothing is confirmed twice and no id is lost"],
  ),
  shown(
    "the process",
    "SIGKILL of `run --force`",
    ["nothing", 0, "every old id, or the new one"],
    [CRASH, "keeps every old id when a --force is killed, and takes the new ones it has confirmed"],
  ),
  shown(
    "the process",
    "SIGHUP, SIGINT or SIGTERM",
    ["no new work begins, calls under way are finished", 143, "ready for calls under way"],
    [SIGNALS, "$signal once finishes what is under way and ends $code"],
  ),
  shown(
    "the process",
    "a second signal",
    ["nothing more", 130, "unknown for calls under way"],
    [SIGNALS, "a second one breaks off what would never end; what was handed over is unknown"],
  ),
  shown(
    "the process",
    "its terminal goes away",
    ["nothing", 129, "ready for calls under way"],
    [SIGNALS, "a terminal that goes away lets calls under way finish (needs `script`)"],
  ),
  shown(
    "the process",
    "SIGTERM while it waits for its ledger",
    ["SIGTERM: stopped before anything was begun", 143, "none"],
    [SIGNALS, "$command ends 143 also while it waits for its ledger to be opened"],
  ),
  shown(
    "the process",
    "the reader of its stdout goes away",
    ["nothing", 0, "ready"],
    ["test/cli/output.test.ts", "goes on when the reader of stdout has gone away"],
  ),
  shown(
    "the process",
    "an error that nobody caught",
    ["unexpected error, please report it, without a secret", 1, "as it was"],
    [
      "test/hostile/canary.test.ts",
      "is in no answer of a worker, in no argument that others see, and not in what it says when it crashes",
    ],
  ),
  shown(
    "the process",
    "SIGSTOP for longer than a lease, then SIGCONT",
    ["that its calls are no longer its own", 0, "no id of a call that was under way"],
    [
      "test/cli/standing-still.large.test.ts",
      "brings no id of a call that was under way when it goes on, though nobody else was there",
    ],
  ),
];
