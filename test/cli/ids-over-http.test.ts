import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { openHttpIds } from "../../src/ids/http.ts";
import { openWorld } from "../helpers/world.ts";
import { API, startWorker } from "./started-worker.ts";

const TOKENS = { ADMIN_API_TOKEN: "the-admin-token", LOOKUP_TOKEN: "the-lookup-token" };
const ADMIN = { headers: { authorization: "Bearer the-admin-token" } };
const BOT = { headers: { authorization: "Bearer the-lookup-token" } };

it("a bot asks a worker, reports to it, and finds what was imported beside it, at once", async () => {
  const world = await openWorld();
  const [key = ""] = world.putMany(2);
  const worker = await startWorker(world, { env: TOKENS });
  await world.until(() => worker.heard().includes("[BATCH][DONE]"), "a pass is over");
  const lookup = `${API}/lookup?key=${encodeURIComponent(key)}`;
  const [{ id = "" } = {}] = world.rows(
    `select tg_file_id as id from media_cache join media_store using (sha256) where r2_key = '${key}'`,
  );
  expect(await (await worker.get(lookup, BOT)).json()).toMatchObject({ ok: true, file_id: id });
  expect((await worker.get(lookup, ADMIN)).status).toBe(200);
  expect((await worker.get(lookup)).status).toBe(401);
  expect((await worker.get(`${API}/metrics`, BOT)).status).toBe(401);

  const ids = openHttpIds(worker.url, { token: TOKENS.LOOKUP_TOKEN });
  const learned = {
    key: "new.txt",
    kind: "document",
    fileId: "learned-id",
    fileUniqueId: "unique-of-it",
  } as const;
  world.put("new.txt", "listed only in an hour");
  const etag = createHash("md5").update("listed only in an hour").digest("hex");
  await ids.report({ type: "learned", ...learned, etag, bytes: 22 });
  expect((await worker.get(`${API}/lookup?key=new.txt`, BOT)).status).toBe(200);

  const row = {
    key: "old.txt",
    bot: "default",
    bot_id: "7000001",
    kind: "document",
    file_id: "imported",
    sha256: "ab",
  };
  world.file("ids.jsonl", `${JSON.stringify(row)}\n`);
  expect((await world.ask(["import", "ids.jsonl"])).code).toBe(0);
  const answers = await ids.fileIds([key, "old.txt", "new.txt", "none.txt"]);
  expect(answers.map((answer) => answer?.fileId ?? null)).toEqual([id, "imported", "learned-id", null]);
  await ids.close();
  const plain = await world.ask(["lookup", "new.txt", "--plain"]);
  expect([plain.code, plain.stdout]).toEqual([0, "learned-id\n"]);
  expect((await worker.stop()).code).toBe(143);
});
