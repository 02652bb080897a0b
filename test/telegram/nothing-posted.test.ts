import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { failed, ok } from "../../src/domain/result.ts";
import { closedPort } from "../helpers/closed-port.ts";
import {
  botAt,
  failureOf,
  HTML,
  LARGE,
  largeVideo,
  madeUp,
  photo,
  reply,
  reset,
  type Script,
  scriptedServer,
  sendTo,
} from "./scripted-server.ts";

const RETRY = { class: "transient" };

describe("nothing was posted, as the connection never stood, with", () => {
  it("a port on which nobody listens", async () => {
    const root = `http://127.0.0.1:${await closedPort()}`;
    for (const request of [photo(), largeVideo()]) {
      const answer = await botAt(root).send(request);
      expect(failureOf(answer)).toMatchObject({ ...RETRY, reason: "connect_failed" });
      expect(failureOf(answer).message).toContain("ECONNREFUSED");
      expect(answer.times.bodyEnd).toBeNull();
    }
  });

  it("a name that nobody knows", async () => {
    const cause = failureOf(await botAt("http://no-such-host.invalid").send(photo()));
    expect(cause).toMatchObject({ ...RETRY, reason: "connect_failed" });
    expect(cause.message).toMatch(/no-such-host\.invalid could not be reached \((ENOTFOUND|EAI_AGAIN)\)/);
  });

  it("a handshake that fails", async () => {
    const { url, seen } = await scriptedServer({ connected: (socket) => void socket.end("no TLS here") });
    const answer = await botAt(url.replace("http:", "https:")).send(photo());
    expect(failureOf(answer)).toMatchObject({ ...RETRY, reason: "connect_failed" });
    expect(seen).toEqual([]);
  });
});

describe("nothing was posted, as the server said no", () => {
  it.each([400, 200])("without an error_code, by HTTP %i", async (status) => {
    const description = "Bad Request: chat not found";
    const { failure: cause } = await sendTo(
      { whole: (it) => reply(it, status, { ok: false, description }) },
      photo(),
    );
    expect(cause).toMatchObject({ class: "chat", reason: "chat_not_found", code: status });
  });
});

describe("nothing was posted, as the body was not handed over whole, with", () => {
  it("a reset before anything was read", async () => {
    const { failure: cause, seen } = await sendTo({ connected: reset }, largeVideo());
    expect(cause).toMatchObject(RETRY);
    expect(cause.reason).toMatch(/^(send_interrupted|connect_failed)$/);
    expect(seen).toEqual([]);
  });

  it("a reset in the middle of a large upload", async () => {
    const script: Script = {
      body: ({ got, socket }) => {
        if (got > 1_000_000) reset(socket);
      },
    };
    const { failure: cause, times, whole } = await sendTo(script, largeVideo());
    expect(cause).toMatchObject({ ...RETRY, reason: "send_interrupted" });
    expect([times.bodyEnd, whole]).toEqual([null, false]);
  });

  it("a server that stops reading", async () => {
    const { source, state } = madeUp(LARGE);
    const script: Script = { head: ({ socket }) => void socket.pause() };
    const { failure: cause, whole } = await sendTo(script, largeVideo({ media: source }), { stallMs: 400 });
    expect(cause).toMatchObject({ ...RETRY, reason: "send_stalled" });
    expect(whole).toBe(false);
    await expect.poll(() => state.closed).toBe(true);
    expect(state.read).toBeLessThan(LARGE);
  });

  it("a source that breaks off is not the server's fault", async () => {
    async function* pieces() {
      yield Buffer.alloc(2_000_000);
      throw new Error("the bucket hung up");
    }
    const media = { open: async () => ok(Readable.from(pieces())), bytes: LARGE, filename: "a.mp4" };
    const { failure: cause, whole } = await sendTo({}, largeVideo({ media }));
    expect(cause).toMatchObject({ ...RETRY, reason: "r2_interrupted" });
    expect(cause.message).toContain("the bucket hung up");
    expect(whole).toBe(false);
  });

  it("a small source that breaks off is not the server's fault", async () => {
    async function* pieces() {
      yield Buffer.alloc(20);
      throw new Error("the bucket hung up");
    }
    const media = { open: async () => ok(Readable.from(pieces())), bytes: 50, filename: "a.jpg" };
    const { failure: cause, seen } = await sendTo({}, photo({ media }));
    expect(cause).toMatchObject({ ...RETRY, reason: "r2_interrupted" });
    expect(seen).toEqual([]);
  });

  it("a source that stands still is not the server's fault", async () => {
    async function* pieces() {
      yield Buffer.alloc(200_000);
      await new Promise(() => {});
    }
    const media = { open: async () => ok(Readable.from(pieces())), bytes: LARGE, filename: "a.mp4" };
    const { failure: cause, whole } = await sendTo({}, largeVideo({ media }), { stallMs: 400 });
    expect(cause).toMatchObject({ ...RETRY, reason: "r2_interrupted" });
    expect(whole).toBe(false);
  });

  it.each([
    ["large", 5_000_000],
    ["small", 5],
  ])("a %s source that cannot be opened keeps its own failure", async (_, bytes) => {
    const open = async () => failed(failure("object_missing", "a.mp4 is gone"));
    const { failure: cause, whole } = await sendTo({}, photo({ media: { open, bytes, filename: "a.mp4" } }));
    expect(cause).toMatchObject({ class: "object", reason: "object_missing", message: "a.mp4 is gone" });
    expect(whole).toBe(false);
  });

  it("a source that ends early", async () => {
    const short = madeUp(2_000_000).source;
    const { failure: cause, whole } = await sendTo({}, largeVideo({ media: { ...short, bytes: 2_000_001 } }));
    expect(cause).toMatchObject(RETRY);
    expect(whole).toBe(false);
  });

  it.each([
    ["JSON", { ok: false, error_code: 502, description: "Bad Gateway" }],
    ["HTML", HTML],
    ["empty", ""],
  ])("an early 502 (%s) while the body still goes", async (_, body) => {
    const { failure: cause, whole } = await sendTo({ head: (it) => reply(it, 502, body) }, largeVideo());
    expect(cause).toMatchObject(RETRY);
    expect(whole).toBe(false);
  });

  it.each([
    ["JSON", { ok: false, error_code: 413, description: "Request Entity Too Large" }],
    ["HTML", HTML],
    ["empty", ""],
  ])("an early 413 (%s) is a refusal, and the source is let go", async (_, body) => {
    const { source, state } = madeUp(LARGE);
    const { failure: cause, whole } = await sendTo(
      { head: (it) => reply(it, 413, body, "connection: close\r\n") },
      largeVideo({ media: source }),
    );
    expect(cause).toMatchObject({ class: "transient", reason: "body_refused", code: 413 });
    expect(whole).toBe(false);
    await expect.poll(() => state.closed).toBe(true);
  });

  it("a stop before it began, or in the middle", async () => {
    const early = await sendTo({}, photo({ signal: AbortSignal.abort() }));
    expect(early.failure).toMatchObject({ ...RETRY, reason: "stopped" });
    const stop = new AbortController();
    const late = await sendTo({ head: () => stop.abort() }, largeVideo({ signal: stop.signal }));
    expect(late.failure).toMatchObject({ ...RETRY, reason: "stopped" });
    expect([early.whole, late.whole, late.times.bodyEnd]).toEqual([false, false, null]);
  });
});
