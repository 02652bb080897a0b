import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { AdminServer, AdminServerOptions } from "../../src/admin/server.ts";
import { Secret } from "../../src/domain/secret.ts";
import { ADMIN, AUTHORIZED, serve, TOKEN, worker } from "./worker.ts";

let open: AdminServer[] = [];
afterEach(async () => {
  await Promise.all(open.map((server) => server.close()));
  open = [];
});

const LOOKUP_TOKEN = "only-for-lookups";
const BOT = { authorization: `Bearer ${LOOKUP_TOKEN}` };
const JSON_BODY = { "content-type": "application/json" };

async function scene(more: Partial<AdminServerOptions> = {}) {
  const parts = worker();
  parts.warm.set("a.jpg", { fileId: "AgAC", kind: "photo", weak: false });
  const server = await serve(parts, { lookupToken: new Secret(LOOKUP_TOKEN), ...more });
  open.push(server);
  const get = (query: string, headers: Record<string, string> = BOT) =>
    fetch(`${server.url}${ADMIN}/lookup${query}`, { headers });
  const post = (path: string, body: unknown, headers: Record<string, string> = BOT) =>
    fetch(`${server.url}${ADMIN}/${path}`, {
      method: "POST",
      headers: { ...JSON_BODY, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return { ...parts, server, get, post };
}

const json = async (answer: Response) => (await answer.json()) as { error: string; ids: unknown[] };
const keptFor = ({ headers }: Response) => headers.get("cache-control");

describe("a lookup", () => {
  it("answers with the id, to be kept for half a minute by who asked alone", async () => {
    const { get } = await scene();
    const answer = await get("?key=a.jpg");
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { ok: true, file_id: "AgAC", kind: "photo", weak: false },
    ]);
    expect([keptFor(answer), answer.headers.get("vary")]).toEqual(["private, max-age=30", "Authorization"]);
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("of a key without an id says so, to be kept by nobody", async () => {
    const { get } = await scene();
    const answer = await get("?key=b.jpg&bot=main&kind=photo");
    expect([answer.status, await answer.json()]).toEqual([404, { ok: false, error: "NOT_WARM" }]);
    expect([keptFor(answer), answer.headers.get("etag")]).toEqual(["no-store", null]);
  });

  it("is not told again what it has, until that is another", async () => {
    const { get, warm } = await scene();
    const etag = (await get("?key=a.jpg")).headers.get("etag") ?? "";
    for (const header of [etag, `"x", W/${etag}`, "*"]) {
      const again = await get("?key=a.jpg", { ...BOT, "if-none-match": header });
      expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
      expect(keptFor(again)).toBe("private, max-age=30");
    }
    warm.set("a.jpg", { fileId: "new", kind: "photo", weak: false });
    expect((await get("?key=a.jpg", { ...BOT, "if-none-match": etag })).status).toBe(200);
  });

  it("of many keys answers in order, with null for those without an id", async () => {
    const { post } = await scene();
    const answer = await post("lookup", {
      keys: ["b.jpg", "a.jpg", { key: "a.jpg", bot: "main", kind: "photo" }],
    });
    const id = { key: "a.jpg", file_id: "AgAC", kind: "photo", weak: false };
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true, ids: [null, id, id] }]);
    expect(keptFor(answer)).toBe("no-store");
  });

  it("takes a thousand of the longest keys, and no more", async () => {
    const { post } = await scene();
    const keys = Array.from({ length: 1_000 }, (_, i) => `${i}`.padEnd(1_024, "k"));
    const answer = await post("lookup", { keys });
    expect([answer.status, (await json(answer)).ids.length]).toEqual([200, 1_000]);
    const more = await post("lookup", { keys: [...keys, "a.jpg"] });
    expect([more.status, await more.json()]).toEqual([
      400,
      { ok: false, error: "INVALID_LOOKUP", message: "1001 keys: send at most 1,000 at once" },
    ]);
    expect((await post("lookup", "x".repeat(5 * 1024 * 1024))).status).toBe(413);
  });

  it.each(["", "?key=", "?key=a&key=b", "?key=a&kind=picture"])(
    "of %j is told the right form",
    async (query) => {
      const { get } = await scene();
      const answer = await get(query);
      expect([answer.status, (await json(answer)).error, keptFor(answer)]).toEqual([
        400,
        "INVALID_LOOKUP",
        "no-store",
      ]);
    },
  );

  it.each([
    "[]",
    '{"keys":"a"}',
    '{"keys":[5]}',
    '{"keys":[{"key":"a","kind":"x"}]}',
    '{"keys":["a\\u0000b"]}',
    "{",
  ])("of %s is refused", async (body) => {
    const { post } = await scene();
    expect((await post("lookup", body)).status).toBe(400);
  });
});

describe("a report", () => {
  const LEARNED = { type: "learned", key: "a.jpg", bot: "main", kind: "photo", file_id: "AgAC" };

  it("alone, or several, is taken with what is known of them", async () => {
    const { post, reported } = await scene();
    const one = await post("report", {
      ...LEARNED,
      etag: "e",
      bytes: 7,
      file_unique_id: "u",
      stored_kind: "document",
    });
    expect(await one.json()).toEqual({ ok: true, accepted: 1 });
    const dead = { type: "dead", key: "b", bot: null, kind: "video", file_id: "BAAC" };
    expect(await (await post("report", { reports: [LEARNED, dead] })).json()).toEqual({
      ok: true,
      accepted: 2,
    });
    expect(reported).toEqual([
      {
        type: "learned",
        key: "a.jpg",
        bot: "main",
        kind: "photo",
        storedKind: "document",
        fileId: "AgAC",
        fileUniqueId: "u",
        etag: "e",
        bytes: 7,
      },
      expect.objectContaining({ type: "learned", fileUniqueId: null, etag: null, bytes: null }),
      expect.objectContaining({ type: "dead", bot: undefined, kind: "video" }),
    ]);
  });

  it.each<[change: object, message: string]>([
    [{ type: "lost" }, 'type must be "learned" or "dead"'],
    [{ key: undefined }, "key is missing"],
    [{ file_id: "" }, "file_id must be an id"],
    [{ kind: "picture" }, "kind must be one of photo"],
    [{ bytes: -1 }, "bytes must be a whole number or null"],
    // No ledger would give it back as it was given.
    [{ file_id: "a\u0000b" }, "file_id must be an id"],
    [{ etag: "\ud800" }, "etag must be a text without NUL or half characters"],
  ])("with %j is refused with all that came with it", async (change, message) => {
    const { post, reported } = await scene();
    const answer = await post("report", { reports: [LEARNED, { ...LEARNED, ...change }] });
    expect([answer.status, await answer.json(), reported]).toEqual([
      400,
      { ok: false, error: "INVALID_REPORT", message: expect.stringContaining(`report 2: ${message}`) },
      [],
    ]);
  });

  it("of too many is told when to come again", async () => {
    const { post, view } = await scene();
    view.ids = { ...view.ids, report: async () => ({ ok: false, retryAfter: 17 }) };
    const answer = await post("report", LEARNED);
    expect([answer.status, (await json(answer)).error, answer.headers.get("retry-after")]).toEqual([
      429,
      "TOO_MANY_REPORTS",
      "17",
    ]);
  });
});

describe("LOOKUP_TOKEN", () => {
  it("opens lookups and reports, and nothing else", async () => {
    const { get, post, server, view } = await scene();
    expect((await get("?key=a.jpg")).status).toBe(200);
    expect((await post("control", { action: "stop" })).status).toBe(401);
    for (const path of [`${ADMIN}/metrics`, `${ADMIN}/status`, "/metrics", `${ADMIN}/lookup/`, `${ADMIN}/x`])
      expect([path, (await fetch(server.url + path, { headers: BOT })).status]).toEqual([path, 401]);
    expect(view.running).toBe(true);
  });

  it("is not needed by who has ADMIN_API_TOKEN", async () => {
    const { get } = await scene();
    expect((await get("?key=a.jpg", AUTHORIZED)).status).toBe(200);
  });

  it.each(["", `Bearer ${LOOKUP_TOKEN}x`, `Basic ${LOOKUP_TOKEN}`])("is not %j", async (authorization) => {
    const { get, post } = await scene();
    const answer = await get("?key=a.jpg", { authorization });
    expect([answer.status, keptFor(answer)]).toEqual([401, "no-store"]);
    expect(await answer.json()).toEqual({ ok: false, error: "UNAUTHORIZED" });
    expect((await post("report", {}, { authorization })).status).toBe(401);
  });

  it.each(["Bearer", "Bearer $LOOKUP_TOKEN", "Bearer %LOOKUP_TOKEN%"])(
    "is told to be lacking where %j was sent",
    async (authorization) => {
      const { get } = await scene();
      const { message } = (await (await get("?key=a.jpg", { authorization })).json()) as { message: string };
      expect(message).toMatch(/^LOOKUP_TOKEN is not set in the shell that asks/);
    },
  );

  it("is asked for where it is set, also of this machine, which may do all else", async () => {
    const { get, server } = await scene({ token: null });
    expect((await get("?key=a.jpg", {})).status).toBe(401);
    expect((await get("?key=a.jpg")).status).toBe(200);
    expect((await fetch(`${server.url}${ADMIN}/metrics`)).status).toBe(200);
  });

  it("lets no other machine in", async () => {
    const parts = worker();
    const lookupToken = new Secret(LOOKUP_TOKEN);
    await expect(serve(parts, { token: null, lookupToken, host: "0.0.0.0" })).rejects.toThrow(
      /lets other machines in and ADMIN_API_TOKEN is not set/,
    );
  });

  it("is not needed where none is set, from a page of this machine alone", async () => {
    const { get, server } = await scene({ token: null, lookupToken: null });
    expect((await get("?key=a.jpg", {})).status).toBe(200);
    const { port } = new URL(server.url);
    const status = await new Promise((resolve) => {
      request(
        { port, host: "127.0.0.1", path: `${ADMIN}/lookup?key=a.jpg`, headers: { host: "evil.example" } },
        (answer) => resolve(answer.resume().statusCode),
      ).end();
    });
    expect(status).toBe(403);
    expect(TOKEN).not.toBe(LOOKUP_TOKEN);
  });

  it("answers no other site's question whether it may ask", async () => {
    const { server } = await scene();
    const answer = await fetch(`${server.url}${ADMIN}/lookup`, {
      method: "OPTIONS",
      headers: { ...BOT, origin: "https://evil.example", "access-control-request-method": "GET" },
    });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([405, null]);
  });
});
