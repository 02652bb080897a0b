/**
 * Draws the pictures of docs/pictures: screens of real runs of the built bin on a real terminal, against a sandbox that goes
 * no faster than real time. Needs Linux with `script` (util-linux):
 *
 *     npm run build && npm run pictures [-- --columns 80 --into /tmp]
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { svgOf } from "./svg.mjs";
import { openTerminal, textOf } from "./terminal.mjs";

const BIN = fileURLToPath(new URL("../../bin/prewarm.js", import.meta.url));
const { values } = parseArgs({
  options: { columns: { type: "string", default: "100" }, into: { type: "string" } },
});
const columns = Number(values.columns);
const into = resolve(values.into ?? fileURLToPath(new URL("../../docs/pictures", import.meta.url)));

/** A chat that no bot is in, so that `check-env` has something to say. */
const STRANGE_CHAT = "-1001000000009";

/** When the live view is at its best: past the middle, every lane at work. */
const isUnderWay = (text) => Number(/ {2}(\d+)\/48 {2}/.exec(text)?.[1]) >= 30;

const folder = mkdtempSync(join(tmpdir(), "prewarm-pictures-"));
const env = { PATH: `${folder}/bin:${process.env.PATH}`, HOME: folder };
const open = (command, more = {}, wide = columns) =>
  openTerminal({ command, columns: wide, cwd: folder, env: { ...env, ...more } });
/** So that no line that is waited for is broken. */
const openWide = (command) => open(command, {}, 200);

try {
  mkdirSync(join(folder, "bin"));
  symlinkSync(BIN, join(folder, "bin/prewarm"));
  mkdirSync(into, { recursive: true });
  const sandbox = openWide("prewarm sandbox --profile realistic --chats 3 --port 0 --r2-port 0 --write .env");
  await sandbox.until((text) => text.includes("Ctrl-C ends the sandbox"));
  const run = open("prewarm run");
  draw(
    "live",
    await run.until(isUnderWay),
    "The live view of prewarm run: a bar, figures, and a row for each lane",
  );
  await run.ended;
  draw(
    "end",
    run.rows(),
    "The end of prewarm run: what became of the items, times, lanes, troubles, and what to do next",
  );
  const chats = /^WARMUP_CHAT_ID=(.*)$/m.exec(readFileSync(join(folder, ".env"), "utf8"))?.[1];
  const check = open("prewarm check-env --only telegram,ledger,pace", {
    WARMUP_CHAT_ID: `${chats},${STRANGE_CHAT}`,
  });
  await check.ended;
  draw(
    "check-env",
    check.rows(),
    "prewarm check-env: what is right, what is wrong, why, and the one thing to do next",
  );
  sandbox.stop();
  await sandbox.ended;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Leaves out the address of a page on this machine, which an installed prewarm has elsewhere. */
function draw(name, rows, title) {
  const shown = rows.filter((row) => !textOf([row]).includes("file:///"));
  const text = textOf(shown);
  if (text.includes(folder)) throw new Error(`${name} names a folder of this machine:\n${text}`);
  writeFileSync(join(into, `${name}.svg`), svgOf(shown, { title, columns }));
  process.stdout.write(`${join(into, `${name}.svg`)}\n${text}\n`);
}
