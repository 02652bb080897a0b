import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type FactFile, readFacts } from "../../../src/probe/facts/fact.ts";
import { type FactPlace, fileOf, play } from "../../../src/probe/facts/play.ts";
import type { R2Server } from "../../../src/sandbox/r2/server.ts";
import { CHANNEL, OTHER_TOKEN, png, start, TOKEN } from "../bot-api/bot-api-server.ts";
import { presign, startServer } from "../r2/r2-server.ts";

const FACTS = readFacts();
const MEDIA = fileURLToPath(new URL("../../../fixtures/media", import.meta.url));

/** Objects that are too large, or too wide, for something. */
const MADE: Readonly<Record<string, FactFile>> = {
  "made/photo-6mb.png": { png: [800, 600], bytes: 6_000_000 },
  "made/voice-2mb.ogg": { fixture: "voice/welcome.ogg", bytes: 2_000_000 },
};

/** Two bots, a chat of each type, and a bucket with the sample media. */
async function sandboxPlace(): Promise<FactPlace> {
  const r2 = await startServer();
  await fill(r2);
  const server = await start();
  return {
    root: server.url,
    call: ({ method, by, init }) =>
      fetch(`${server.url}/bot${by === "first" ? TOKEN : OTHER_TOKEN}/${method}`, init),
    http: (path, init) => fetch(`${server.url}${path}`, init),
    png,
    names: {
      chat: CHANNEL,
      group: -2,
      supergroup: -1003,
      private: 77,
      bot_id: 1001,
      second_bot_id: 1002,
      token: TOKEN,
    },
    url: (key) => presign(r2, key),
    control: (order) => server.control(order),
    r2: async ({ method, key, query, headers, body, expires_in, signed_ago = 0 }) => {
      const signedAt = Date.now() - signed_ago * 1_000;
      const url = await presign(r2, key, {
        method,
        signedAt,
        ...(query ? { query } : {}),
        ...(expires_in ? { expiresIn: expires_in } : {}),
      });
      return fetch(url, { method, ...(headers ? { headers } : {}), ...(body === undefined ? {} : { body }) });
    },
  };
}

async function fill(r2: R2Server): Promise<void> {
  contents ??= readContents();
  for (const [key, content] of await contents) r2.put("media", key, content);
}

let contents: Promise<ReadonlyMap<string, Buffer>> | undefined;

async function readContents(): Promise<Map<string, Buffer>> {
  const read = new Map<string, Buffer>();
  const files = await readdir(MEDIA, { recursive: true, withFileTypes: true });
  for (const file of files.filter((each) => each.isFile())) {
    const path = join(file.parentPath, file.name);
    read.set(relative(MEDIA, path).split(sep).join("/"), await readFile(path));
  }
  for (const [key, spec] of Object.entries(MADE))
    read.set(key, Buffer.from(await (await fileOf(spec, { png })).arrayBuffer()));
  return read;
}

describe.each([...FACTS])("facts about %s", (_, facts) => {
  it.each(facts.map((fact) => [fact.id, fact] as const))("%s", async (_id, fact) => {
    expect(await play(fact, await sandboxPlace())).toEqual([]);
  });
});

describe("facts", () => {
  const all = [...FACTS.values()].flat();

  it("have names of their own, and differ in what they ask", () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const asked = all.map(({ steps }) => createHash("sha256").update(JSON.stringify(steps)).digest("hex"));
    expect(new Set(asked).size).toBe(all.length);
  });

  it("are harmless only where they give no orders, and live only with a day", () => {
    const ordering = all.filter(({ harmless, steps }) => harmless && steps.some((step) => "control" in step));
    expect(ordering.map(({ id }) => id)).toEqual([]);
    const undated = all.filter(({ origin, live }) => (origin === "live") !== (live !== undefined));
    expect(undated.map(({ id }) => id)).toEqual([]);
  });

  it("are told apart: another answer than the one expected is noticed", async () => {
    const place = await sandboxPlace();
    const unnoticed: string[] = [];
    for (const fact of all.filter(({ harmless }) => harmless)) {
      const steps = fact.steps.map((step) =>
        "expect" in step && step.expect ? { ...step, expect: { status: 299 } } : step,
      );
      if ((await play({ ...fact, steps }, place)).length === 0) unnoticed.push(fact.id);
    }
    expect(unnoticed).toEqual([]);
  });
});
