// A bot's process: node bot.mjs report|read LEDGER NAME, for tests that need a real one. A user id in PREWARM_TEST_UID is taken on.
import { openIds } from "../../dist/index.js";

const [mode, path, name] = process.argv.slice(2);
if (process.env.PREWARM_TEST_UID) process.setuid(Number(process.env.PREWARM_TEST_UID));

function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

const ids = openIds(`sqlite:${path}`, { onTrouble: (text) => say({ trouble: text }) });

if (mode === "read") {
  const id = await ids.fileId({ key: name });
  say({ found: id?.fileId ?? null });
  await ids.close();
} else {
  // Reports until it is killed: an id is said after it is kept. Every bot learns the same keys.
  for (let i = 0; i < 400; i++) {
    const about = { kind: "photo", fileUniqueId: "AQADunique-id", etag: "e", bytes: 1 };
    await ids.report({ type: "learned", key: `k${i}.jpg`, bot: "default", fileId: `${name}-${i}`, ...about });
    say({ kept: i });
  }
  await ids.close();
}
