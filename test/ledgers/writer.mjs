// A process that holds a ledger, for tests that need a real one: node writer.mjs hold|warm|adopt FILE [version]
import { createHash } from "node:crypto";
import { openSqliteLedger } from "../../dist/ledgers/sqlite.js";

const [mode, path, version] = process.argv.slice(2);
const IN_FLIGHT = 5;
const KEYS = 300;

function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

async function warm(ledger, i) {
  const key = `k${i % KEYS}.jpg`;
  const etag = createHash("md5").update(key).digest("hex");
  const entry = { key, etag, bytes: 1000 };
  const content = `etag:${entry.etag}:${entry.bytes}`;
  const attempt = await ledger.begin({
    bot: "default",
    kind: "photo",
    content,
    entry,
    chatId: "-1",
    settings: "",
  });
  // The call.
  await new Promise((resolve) => setTimeout(resolve, 1 + (i % 4)));
  const fileId = `${version}-${key}`;
  const stored = {
    fileId,
    fileUniqueId: "AQADunique-id",
    chatId: "-1",
    messageId: 1,
    kind: "photo",
    weak: false,
  };
  const media = { mime: null, width: null, height: null, duration: null };
  const sha256 = i.toString(16).padStart(64, "0");
  const known = i % 3 ? content : sha256;
  await ledger.confirm(attempt, {
    content: known,
    stored,
    asked: null,
    replace: true,
    bots: ["default"],
    ...media,
  });
  say({ key, version: Number(version) });
}

try {
  const ledger = await openSqliteLedger({ path, command: "prewarm run" });
  say({ pid: process.pid, recovered: await ledger.recover() });
  if (mode === "warm") {
    let next = 0;
    const one = async () => {
      while (true) await warm(ledger, next++ % KEYS);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  }
  if (mode === "hold") process.stdin.resume().on("end", () => ledger.close());
  else await ledger.close();
} catch (error) {
  say({ name: error.name, message: error.message, exitCode: error.exitCode });
}
