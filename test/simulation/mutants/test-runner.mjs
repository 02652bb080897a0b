import { fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Where files are in memory: tests of ledgers wait for the disk most of their time. */
const MEMORY = "/dev/shm";
const PROGRAM = fileURLToPath(new URL("tests.mjs", import.meta.url));

/** A process that runs tests of a folder again and again; another one once it hangs. */
export class TestRunner {
  #root;
  /** For the files of tests, also those that a test leaves that hangs. */
  #files = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "prewarm-mutants-"));
  #child = null;
  #changed = new Set();

  constructor(root) {
    this.#root = root;
    // A server may run as another user.
    chmodSync(this.#files, 0o755);
    process.on("exit", () => rmSync(this.#files, { recursive: true, force: true }));
  }

  /** A file of the folder is not what it was. */
  changed(file) {
    this.#changed.add(file);
  }

  /** Returns the test file that fails; what hangs for `hangsMs` is ended, and counts as failed; null where all pass. */
  async failureOf(paths, hangsMs) {
    this.#child ??= await this.#open();
    const child = this.#child;
    child.send({ paths, changed: [...this.#changed] });
    this.#changed.clear();
    const over = new AbortController();
    const ways = [
      once(child, "message", over).then(([{ failed }]) => ({ failed, isLeft: true })),
      once(child, "exit", over).then(() => ({ failed: "tests, which end their process", isLeft: false })),
      sleep(hangsMs, { failed: "tests, which hang", isLeft: false }, over),
    ];
    const { failed, isLeft } = await Promise.race(ways);
    over.abort();
    await Promise.allSettled(ways);
    if (!isLeft) this.#end();
    return failed;
  }

  async close() {
    const child = this.#child;
    if (!child) return;
    child.disconnect();
    if (child.exitCode === null) await once(child, "exit");
  }

  async #open() {
    // A group of its own: what hangs has processes beside it.
    const child = fork(PROGRAM, [this.#root], {
      cwd: this.#root,
      env: { ...process.env, TMPDIR: this.#files },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      detached: true,
    });
    await once(child, "message");
    return child;
  }

  #end() {
    const child = this.#child;
    this.#child = null;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // None is left.
    }
  }
}
