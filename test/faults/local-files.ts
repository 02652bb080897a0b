import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { World } from "../helpers/world.ts";
import { inBash, mounting, type PlayedCell } from "./local-cell.ts";

const NOTHING_SENT = "no row, 0 posted";
const nothingSent = (world: World) => (world.posts().length === 0 ? NOTHING_SENT : "something was posted");

/** What a user gave that cannot be read, or written: nothing is sent. */
const refused = (
  what: string,
  args: readonly string[],
  says: string,
  prepare: (world: World) => void = () => {},
): PlayedCell => ({
  place: "files",
  what,
  play: (world) => {
    prepare(world);
    return world.run(args);
  },
  says,
  code: 2,
  ledger: NOTHING_SENT,
  left: nothingSent,
});

/** A run with its streams as a shell sets them, which does its work all the same. */
const streams = (what: string, line: string, says: string, code: number): PlayedCell => ({
  place: "the process",
  what,
  isSlow: true,
  needs: "bash",
  play: (world) => world.ask(["run", "--json"], { wrap: inBash(line) }),
  says,
  code,
  ledger: "ready, 1 posted",
});

const onFullDisk = (world: World, args: readonly string[]) => {
  mkdirSync(join(world.dir, "disk"));
  return world.ask(["run", ...args], {
    wrap: mounting('mount -t tmpfs -o size=4k tmpfs disk && exec "$@"'),
  });
};

export const FILE_CELLS: readonly PlayedCell[] = [
  refused(
    "`--env-file` is not there",
    ["--env-file", "my.env"],
    "--env-file my.env: there is no such file; name another file, or leave --env-file out",
  ),
  refused(
    "prewarm.config.json breaks off",
    [],
    "prewarm.config.json cannot be read: it is not valid JSON at line 1",
    (world) => void world.file("prewarm.config.json", '{"bots": ['),
  ),
  refused(
    "`--config` is a folder",
    ["--config", "d"],
    "--config d: this is a folder, not a file; name another file, or leave --config out",
    (world) => mkdirSync(join(world.dir, "d")),
  ),
  refused(
    "the manifest is not there",
    ["--manifest", "m.jsonl"],
    "--manifest m.jsonl: there is no such file; name another file",
  ),
  refused(
    "the manifest is a folder",
    ["--manifest", "m.jsonl"],
    "--manifest m.jsonl: this is a folder, not a file; name another file",
    (world) => mkdirSync(join(world.dir, "m.jsonl")),
  ),
  refused(
    "`--report` in a folder that is not there",
    ["--report", "no/a.html"],
    "--report no/a.html: there is no folder no; make it, or name another file",
  ),
  refused(
    "`--failed-to` in a folder that is not there",
    ["--failed-to", "no/a.jsonl"],
    "--failed-to no/a.jsonl: there is no folder no; make it, or name another file",
  ),
  {
    place: "files",
    what: "a line of .env is none",
    play: (world) => {
      world.file(".env", "\u0000\u0001\n==\n");
      return world.run([]);
    },
    says: ".env, lines 1 to 2 are not NAME=value and are passed over; write NAME=value, if they are meant for prewarm",
    code: 0,
    ledger: "ready, 1 posted",
  },
  {
    place: "files",
    what: "a line of the manifest breaks off",
    play: (world) => {
      world.file("m.jsonl", '{"key":"a.txt"}\n{"key":\n');
      return world.run(["--manifest", "m.jsonl"]);
    },
    says: 'is not valid JSON: "{\\"key\\":"',
    code: 3,
    ledger: "ready, 1 posted",
  },
  {
    place: "files",
    what: "a manifest in JSON breaks off",
    play: (world) => {
      world.file("m.json", '[{"key":"a.txt"},{"key"');
      return world.run(["--manifest", "m.json"]);
    },
    says: "JSON syntax error in line 1: the file ends before its closing ]; nothing from there on was read",
    code: 3,
    ledger: "ready, 1 posted",
  },
  {
    place: "files",
    what: "the disk of `--report` is full",
    isSlow: true,
    needs: "unshare",
    play: (world) => onFullDisk(world, ["--report", "disk/a.html"]),
    says: "--report disk/a.html could not be written (its disk is full); make room, then `prewarm report disk/a.html` makes it of what the ledger remembers",
    code: 0,
    ledger: "ready, 1 posted",
  },
  streams(
    "stdout of `--json` is on a full disk",
    'exec "$@" >/dev/full',
    "stdout cannot be written (its disk is full), so lines of --json are lost; what was warmed is in prewarm.db; make room, then run again",
    1,
  ),
  streams("its reader wants one line (`| head -1`)", 'set -o pipefail; "$@" | head -1', "nothing", 0),
  streams("stdout is closed", 'exec "$@" >&-', "nothing", 0),
  streams("stderr is closed", 'exec "$@" 2>&-', "nothing", 0),
  streams("stderr is on a full disk", 'exec "$@" 2>/dev/full', "nothing", 0),
  streams("stdin, stdout and stderr are closed", 'exec "$@" <&- >&- 2>&-', "nothing", 0),
  {
    place: "the process",
    what: "it may open 64 files",
    isSlow: true,
    needs: "bash",
    play: (world) => world.ask(["run"], { wrap: inBash('ulimit -n 64; exec "$@"') }),
    says: "this process may open too few files at a time (EMFILE); allow more of them (`ulimit -n 4096`), then run again",
    code: 1,
    ledger: NOTHING_SENT,
    left: nothingSent,
  },
  {
    place: "the process",
    what: "it may use 96 MB of heap, and there are 10,000 objects",
    isSlow: true,
    play: (world) => {
      for (let nth = 0; nth < 10_000; nth++) world.put(`m/${nth}.bin`, { bytes: 1_000 + nth });
      const env = { NODE_OPTIONS: "--max-old-space-size=96" };
      return world.ask(["run", "--limit", "200", "-c", "20"], { env, stdin: "" });
    },
    says: "nothing",
    code: 0,
    ledger: "ready, 200 posted",
  },
];
