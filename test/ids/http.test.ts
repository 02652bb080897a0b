import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { createClient } from "../../src/client.ts";
import type { IdReport } from "../../src/ids/port.ts";
import { closedPort } from "../helpers/closed-port.ts";

const PATH = "/api/admin/media/prewarm";

interface Seen {
  readonly line: string;
  readonly token: string | undefined;
  readonly body: {
    readonly keys?: readonly { key: string }[];
    readonly reports?: readonly IdReport[];
  } | null;
}

type Reply = readonly [status: number, body: unknown, headers?: Record<string, string>] | "never";

/** A worker's far end to the byte: what it got, and what it says to each request. */
async function scripted(reply: (seen: Seen) => Reply) {
  const seen: Seen[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const line = `${request.method} ${request.url}`;
    const one = { line, token: request.headers.authorization, body: body === "" ? null : JSON.parse(body) };
    seen.push(one);
    const said = reply(one);
    if (said === "never") return;
    const [status, answer, headers = {}] = said;
    response.writeHead(status, headers).end(typeof answer === "string" ? answer : JSON.stringify(answer));
  };
  const server = createServer((request, response) => void serve(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A client with what it told of trouble. */
function clientOf(url: string, more = {}) {
  const troubles: string[] = [];
  const ids = createClient(url, { token: "s3cret", onTrouble: (told) => troubles.push(told), ...more });
  return { ids, troubles };
}

const report = (key: string): IdReport => ({
  type: "learned",
  key,
  kind: "photo",
  storedKind: "document",
  fileId: "BQAC",
  fileUniqueId: "AgAD",
  etag: "e",
  bytes: 5,
});

describe("a client", () => {
  it("asks a worker for one id, and for many at once, in order", async () => {
    const { seen, url } = await scripted(({ line, body }) => {
      if (line.startsWith("GET")) return [200, { ok: true, file_id: "AgAC", kind: "photo", weak: false }];
      const keys = body?.keys ?? [];
      const ids = keys.map(({ key }) =>
        key === "none" ? null : { key, file_id: `id of ${key}`, kind: "video", weak: true },
      );
      return [200, { ok: true, ids }];
    });
    const { ids, troubles } = clientOf(`${url}/`, { bot: "news" });
    expect(await ids.fileId({ key: "a b&c.jpg", kind: "photo" })).toEqual({
      fileId: "AgAC",
      kind: "photo",
      weak: false,
    });
    const many = Array.from({ length: 1_500 }, (_, at) => (at === 1_234 ? "none" : `k${at}`));
    const found = await ids.fileIds([...many.slice(0, 1_499), { key: "last", bot: "shop" }]);
    expect(found.map((id) => id?.fileId)).toEqual([
      ...many.slice(0, 1_499).map((key) => (key === "none" ? undefined : `id of ${key}`)),
      "id of last",
    ]);
    expect(seen.map(({ line }) => line)).toEqual([
      `GET ${PATH}/lookup?key=a+b%26c.jpg&bot=news&kind=photo`,
      `POST ${PATH}/lookup`,
      `POST ${PATH}/lookup`,
    ]);
    expect(seen.map(({ body }) => body?.keys?.length)).toEqual([undefined, 1_000, 500]);
    expect(seen[2]?.body?.keys?.at(-1)).toEqual({ key: "last", bot: "shop" });
    expect(new Set(seen.map(({ token }) => token))).toEqual(new Set(["Bearer s3cret"]));
    expect(troubles).toEqual([]);
  });

  it("has no id where the worker has none", async () => {
    const { url } = await scripted(() => [404, { ok: false, error: "NOT_WARM" }]);
    const { ids, troubles } = clientOf(url);
    expect(await ids.fileId({ key: "a.jpg" })).toBeNull();
    expect(await ids.ask?.({ key: "a.jpg" })).toBeNull();
    expect(troubles).toEqual([]);
  });

  it.each([
    [
      "a wrong token",
      [401, { ok: false, error: "UNAUTHORIZED" }],
      /401: its LOOKUP_TOKEN or ADMIN_API_TOKEN is another/,
    ],
    ["another server", [404, "<html>not here</html>"], /404: this is not the address of a prewarm worker/],
    ["a worker in trouble", [500, { ok: false, error: "INTERNAL" }], /answered 500$/],
    ["an answer that never comes", "never", /no answer within 40 ms/],
  ] satisfies [string, Reply, RegExp][])("has no id, and says why once: %s", async (_, reply, told) => {
    const { url } = await scripted(() => reply as Reply);
    const { ids, troubles } = clientOf(url, reply === "never" ? { timeoutMs: 40 } : {});
    expect(await ids.fileId({ key: "a.jpg" })).toBeNull();
    expect(await ids.fileId({ key: "b.jpg" })).toBeNull();
    expect(await ids.fileIds(["a.jpg", "b.jpg"])).toEqual([null, null]);
    expect(troubles).toEqual([expect.stringMatching(told)]);
    expect(troubles.join()).not.toContain("s3cret");
    await expect(ids.ask?.({ key: "a.jpg" })).rejects.toMatchObject({ name: "WorkerError" });
  });

  it("has no id where nothing listens", async () => {
    const { ids, troubles } = clientOf(`http://127.0.0.1:${await closedPort()}`);
    expect(await ids.fileId({ key: "a.jpg" })).toBeNull();
    await ids.report(report("a.jpg"));
    await ids.close();
    expect(troubles).toEqual([expect.stringContaining("could not be reached")]);
  });

  it("takes no text that is no address", () => {
    expect(() => createClient("warm.example.com")).toThrow(TypeError);
    expect(() => createClient("sqlite:prewarm.db")).toThrow("begins with https:// or http://");
  });
});

describe("reports of a client", () => {
  it("reach the worker, and those that could not are told with the next", async () => {
    const replies: Reply[] = [
      [503, "away"],
      [200, { ok: true, accepted: 2 }],
    ];
    const { seen, url } = await scripted(() => replies.shift() ?? [500, ""]);
    const { ids } = clientOf(url);
    await ids.report(report("a.jpg"));
    await ids.report({ ...report("b.jpg"), bot: "shop" });
    const told = {
      type: "learned",
      kind: "photo",
      stored_kind: "document",
      file_id: "BQAC",
      file_unique_id: "AgAD",
      etag: "e",
      bytes: 5,
    };
    expect(seen.map(({ body }) => body)).toEqual([
      { reports: [{ ...told, key: "a.jpg" }] },
      {
        reports: [
          { ...told, key: "a.jpg" },
          { ...told, key: "b.jpg", bot: "shop" },
        ],
      },
    ]);
  });

  it("name the bot of the client where they name none", async () => {
    const { seen, url } = await scripted(() => [200, { ok: true, accepted: 1 }]);
    const { ids } = clientOf(url, { bot: "news" });
    await ids.report(report("a.jpg"));
    expect(seen[0]?.body).toMatchObject({ reports: [{ key: "a.jpg", bot: "news" }] });
  });

  it("wait as long as the worker says, but for the last ones", async () => {
    const replies: Reply[] = [[429, { ok: false, error: "TOO_MANY_REPORTS" }, { "retry-after": "3600" }]];
    const { seen, url } = await scripted(() => replies.shift() ?? [200, { ok: true, accepted: 1 }]);
    const { ids } = clientOf(url);
    for (const key of ["a", "b", "c"]) await ids.report(report(key));
    expect(seen).toHaveLength(1);
    await ids.close();
    expect(seen[1]?.body?.reports?.map(({ key }) => key)).toEqual(["a", "b", "c"]);
  });

  it("are not told again where the worker takes none of them", async () => {
    const { seen, url } = await scripted(() => [400, { ok: false, error: "BAD_REQUEST" }]);
    const { ids, troubles } = clientOf(url);
    await ids.report(report("a.jpg"));
    await ids.close();
    expect(seen).toHaveLength(1);
    expect(troubles).toHaveLength(1);
  });

  it("are at most a thousand while the worker is away, and the newest are kept", async () => {
    const away = { is: true };
    const { seen, url } = await scripted(() =>
      away.is ? [429, "", { "retry-after": "3600" }] : [200, { ok: true }],
    );
    const { ids } = clientOf(url);
    for (let at = 0; at < 1_100; at += 1) await ids.report(report(`k${at}`));
    away.is = false;
    await ids.close();
    const told = seen.slice(1).flatMap(({ body }) => body?.reports ?? []);
    expect([told.length, told[0]?.key, told.at(-1)?.key]).toEqual([1_000, "k100", "k1099"]);
  });
});
