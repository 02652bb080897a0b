import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

const [WORKER, BOT] = [59_001, 59_002];
/** Of util-linux. */
const SWITCH_USER = "setpriv";
const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));

/** Runs code as another user; a bot is in the worker's group, and has the umask of any login. */
function as(user: number, code: string) {
  const groups = user === BOT ? [`--groups=${WORKER}`] : ["--clear-groups"];
  const umask = `process.umask(${user === BOT ? 0o022 : 0o007});`;
  const node = [process.execPath, "--input-type=module", "-e", umask + code];
  return spawnSync(SWITCH_USER, [`--reuid=${user}`, `--regid=${user}`, ...groups, ...node], {
    encoding: "utf8",
  });
}

/** Another user may only be tried by root, and only where it can read this program. */
const canSwitch =
  process.getuid?.() === 0 && as(BOT, `await import("${DIST}ledgers/sqlite/driver.js")`).status === 0;

const DIES = 'process.kill(process.pid, "SIGKILL");';
const opens = (path: string) =>
  `const { openSqliteLedger } = await import("${DIST}ledgers/sqlite.js");
   const ledger = await openSqliteLedger({ path: "${path}", command: "test" });`;
const reads = (path: string) =>
  `const { openDriver } = await import("${DIST}ledgers/sqlite/driver.js");
   const db = openDriver("${path}");
   console.log(db.prepare("select count(*) as rows from media_cache").all([])[0].rows);`;

/** A folder with the rights that the systemd unit gives it. */
function stateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-group-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chownSync(folder, WORKER, WORKER);
  chmodSync(folder, 0o2770);
  return folder;
}

describe.skipIf(!canSwitch)("a ledger of a group (skipped where this is not root)", () => {
  it("is read by a bot where a worker died, and opened by a worker where a bot died", () => {
    const path = join(stateFolder(), "prewarm.db");
    expect(as(WORKER, opens(path) + DIES).signal).toBe("SIGKILL");
    expect(as(BOT, `${reads(path)} db.close();`)).toMatchObject({ status: 0, stdout: "0\n" });
    expect(as(BOT, reads(path) + DIES)).toMatchObject({ signal: "SIGKILL", stdout: "0\n" });
    // What SQLite put beside the ledger is the bot's now, and the group may write to it.
    const { uid, gid, mode } = statSync(`${path}-shm`);
    expect([uid, gid, mode & 0o777]).toEqual([BOT, WORKER, 0o660]);
    expect(as(WORKER, `${opens(path)} await ledger.close();`)).toMatchObject({ status: 0, stderr: "" });
    expect(as(BOT, `${reads(path)} db.close();`)).toMatchObject({ status: 0, stdout: "0\n" });
  });

  it("has its reports in a file that bot and worker write, though the bot has the umask of a login", () => {
    const path = join(stateFolder(), "prewarm.db");
    expect(as(WORKER, `${opens(path)} await ledger.close();`).status).toBe(0);
    const reports = (key: string) =>
      `const { openIds } = await import("${DIST}ids/open.js");
       const ids = openIds("${path}");
       const id = { fileId: "AgAC-${key}", fileUniqueId: "AQADAgADqacxGw", etag: null, bytes: 1 };
       await ids.report({ type: "learned", key: "${key}", bot: "default", kind: "photo", ...id });
       console.log(JSON.stringify(await ids.fileIds(["a.jpg", "b.jpg"])));
       await ids.close();`;
    const idOf = (key: string) => ({ fileId: `AgAC-${key}`, kind: "photo", weak: false });
    const { stdout, stderr } = as(BOT, reports("a.jpg"));
    expect([JSON.parse(stdout), stderr]).toEqual([[idOf("a.jpg"), null], ""]);
    const { gid, mode } = statSync(`${path}-reports`);
    expect([gid, mode & 0o777]).toEqual([WORKER, 0o660]);
    expect(as(WORKER, reports("b.jpg"))).toMatchObject({ status: 0, stderr: "" });
    const both = JSON.parse(as(BOT, reports("a.jpg")).stdout);
    expect(both).toEqual([idOf("a.jpg"), idOf("b.jpg")]);
  });

  it("is shut to others", () => {
    const path = join(stateFolder(), "prewarm.db");
    expect(as(WORKER, `${opens(path)} await ledger.close();`).status).toBe(0);
    expect(as(BOT + 1, reads(path)).status).not.toBe(0);
  });
});

it.skipIf(process.platform === "win32")("a new ledger has the rights that the umask leaves", () => {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-umask-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [mask, mode] of [
    [0o077, 0o600],
    [0o022, 0o644],
    [0o007, 0o660],
  ] as const) {
    const path = join(folder, `${mask}.db`);
    const code = `process.umask(${mask}); ${opens(path)} await ledger.close();`;
    spawnSync(process.execPath, ["--input-type=module", "-e", code]);
    expect(statSync(path).mode & 0o777).toBe(mode);
  }
});
