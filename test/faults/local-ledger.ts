import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Libsql from "libsql";
import type { Ended } from "../helpers/child.ts";
import type { World } from "../helpers/world.ts";
import { inBash, mounting, type PlayedCell } from "./local-cell.ts";

const fileOf = (world: World) => join(world.dir, "prewarm.db");
const before = new WeakMap<World, Buffer>();

/** Runs over a ledger that was changed by hand. */
async function over(world: World, change: (ledger: Buffer) => Buffer) {
  world.putMany(20);
  await world.run(["-q"]);
  world.put("new.txt", "not in the ledger yet");
  const changed = change(readFileSync(fileOf(world)));
  writeFileSync(fileOf(world), changed);
  before.set(world, changed);
  return world.run([]);
}

const asItWas = (world: World) =>
  before.get(world)?.equals(readFileSync(fileOf(world))) ? "as it was" : "another than before";

/** Runs, and does something to the ledger when the tenth object is read. */
function midway(world: World, act: () => void, args: readonly string[] = []) {
  world.putMany(30);
  world.atRead(10, act);
  return world.run(args);
}

/** Has another program hold the ledger until the command has ended. */
async function locked(world: World, run: (lock: () => void) => ReturnType<World["run"]>) {
  let other: Libsql.Database | null = null;
  const ended = await run(() => {
    other = new Libsql(fileOf(world));
    other.exec("begin exclusive");
  });
  (other as Libsql.Database | null)?.close();
  return ended;
}

const AT_OPENING = "the ledger, as it is opened";
const IN_USE = "the ledger, in use";
const DAMAGED =
  "prewarm.db is damaged; restore it from a backup, or use another --ledger (SQLite: database disk image is malformed)";
const LOCKED = "prewarm.db is locked by another program; end it, then run again (SQLite: database is locked)";
const lost = (what: string) =>
  `prewarm.db was ${what} while it was written to, so the ids of this run are lost; put back the file that was there, or run again, which sends what the ledger does not have`;

export const LEDGER_CELLS: readonly PlayedCell[] = [
  {
    place: AT_OPENING,
    what: "it is no database",
    play: (world) => over(world, () => Buffer.from("a letter to the editor ".repeat(500))),
    says: "prewarm.db is not a SQLite database; use another --ledger (SQLite: file is not a database)",
    code: 2,
    ledger: "as it was",
    left: asItWas,
  },
  {
    place: AT_OPENING,
    what: "all behind its first page is overwritten",
    play: (world) => over(world, (ledger) => ledger.fill(0x5a, 4_096)),
    says: DAMAGED,
    code: 2,
    ledger: "as it was",
    left: asItWas,
  },
  {
    place: AT_OPENING,
    what: "half of it is missing",
    play: (world) => over(world, (ledger) => ledger.subarray(0, ledger.length / 2)),
    says: DAMAGED,
    code: 2,
    ledger: "as it was",
    left: asItWas,
  },
  {
    place: AT_OPENING,
    what: "it is an empty file",
    play: (world) => {
      world.file("prewarm.db", "");
      return world.run([]);
    },
    says: "nothing",
    code: 0,
    ledger: "ready, 1 posted",
  },
  {
    place: AT_OPENING,
    what: "it is a folder",
    play: (world) => {
      mkdirSync(fileOf(world));
      return world.run([]);
    },
    says: "prewarm.db is a directory; use another --ledger",
    code: 2,
    ledger: "none",
    left: () => "none",
  },
  {
    place: AT_OPENING,
    what: "its folder is not there",
    play: (world) => world.run(["--ledger", "no/where/a.db"]),
    says: "no/where/a.db is in a folder that does not exist; create no/where first, or use another --ledger",
    code: 2,
    ledger: "none",
    left: (world) => (existsSync(join(world.dir, "no")) ? "a folder" : "none"),
  },
  {
    place: AT_OPENING,
    what: "another program has locked it",
    isSlow: true,
    play: async (world) => {
      await world.run(["-q"]);
      return locked(world, (lock) => {
        lock();
        return world.start(["run"]).ended;
      });
    },
    says: LOCKED,
    code: 2,
    ledger: "ready, 1 posted",
  },
  {
    place: AT_OPENING,
    what: "its disk is full",
    isSlow: true,
    needs: "unshare",
    play: (world) => {
      mkdirSync(join(world.dir, "disk"));
      const wrap = mounting('mount -t tmpfs -o size=8k tmpfs disk && exec "$@"');
      return world.ask(["run", "--ledger", "disk/a.db"], { wrap });
    },
    says: "disk/a.db cannot grow, its disk is full; free some space, then run again (SQLite: database or disk is full)",
    code: 1,
    ledger: "none",
    left: () => "none",
  },
  {
    place: IN_USE,
    what: "its file is deleted",
    play: (world) => midway(world, () => rmSync(fileOf(world))),
    says: lost("deleted"),
    code: 1,
    ledger: "none",
    left: (world) => (existsSync(fileOf(world)) ? "one" : "none"),
  },
  {
    place: IN_USE,
    what: "another file is put in its place",
    play: (world) =>
      midway(world, () => {
        const other = world.file("other", "the ledger of somebody else");
        renameSync(other, fileOf(world));
        before.set(world, readFileSync(fileOf(world)));
      }),
    says: lost("replaced by another file"),
    code: 1,
    ledger: "as it was",
    left: asItWas,
  },
  {
    place: IN_USE,
    what: "no file may grow any more (`ulimit -f`)",
    isSlow: true,
    needs: "bash",
    play: async (world) => {
      world.putMany(200);
      return withoutCutOff(await world.ask(["run"], { wrap: inBash('ulimit -f 240; exec "$@"') }));
    },
    says: "prewarm.db could not be read or written; look at the disk it lies on, then run again (SQLite: disk I/O error)",
    code: 1,
    ledger: "nothing that is not there, nothing posted twice",
    left: nothingInvented,
  },
  {
    place: IN_USE,
    what: "another program locks it, and keeps it",
    isSlow: true,
    play: (world) => locked(world, (lock) => midway(world, lock)),
    says: LOCKED,
    code: 1,
    ledger: "nothing that is not there, nothing posted twice",
    left: nothingInvented,
  },
];

/** Whether a call was under way when the run was stopped is a matter of the moment. */
function withoutCutOff(ended: Ended): Ended {
  const without = (text: string) => text.replace(/^.*\(stopped here\).*\n/gm, "");
  return { ...ended, stdout: without(ended.stdout), stderr: without(ended.stderr) };
}

/** Every id in the ledger is that of a message, and no content was posted twice. */
function nothingInvented(world: World): string {
  const posted = world.posts();
  const ids = new Set(posted.map(({ file_id }) => file_id));
  const rows = world.rows("select tg_file_id as id from media_cache where status = 'ready'");
  const invented = rows.filter(({ id }) => !ids.has(String(id))).length;
  const twice = posted.length - new Set(posted.map(({ sha256 }) => sha256)).size;
  return invented + twice === 0
    ? "nothing that is not there, nothing posted twice"
    : `${invented} ids of nothing, ${twice} posted twice`;
}
