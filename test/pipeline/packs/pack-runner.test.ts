import { describe, expect, it } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import type { MediaKind } from "../../../src/domain/media.ts";
import type { PackRule } from "../../../src/domain/pack-rule.ts";
import type { Ledger } from "../../../src/ledgers/port.ts";
import type { Outcome } from "../../../src/pipeline/outcome.ts";
import type { SentPack } from "../../../src/telegram/pack-port.ts";
import type { Sent } from "../../../src/telegram/port.ts";
import { type Answering, openPackLine, type PackLine } from "./pack-line.ts";

const PROVED = ["quota messages", "ids:document ordinary"];
const BAD = failure("file_empty", "what is wrong with it");
const WAIT = failure("flood_wait", "wait", { retryAfterMs: 1_000 });

const keysOf = (line: PackLine) => line.server.truth().map(({ file_name }) => file_name);
const notices = (line: PackLine) => line.told.notice.map(({ text }) => text);
/** How documents may go on the first lane now. */
const kindNow = ({ packs, permit }: PackLine) => {
  const taken = permit();
  taken.drop();
  return packs.useOf(taken.lane).kinds.document;
};
/** How often packs were called for, each by its keys. */
function counted(answering: Answering) {
  const packs: string[] = [];
  const counting: Answering = (keys, tags) => {
    packs.push(keys.join(""));
    return answering(keys, tags);
  };
  return { packs, answering: counting };
}

/** The answer of message 9 with media of these tags, documents by themselves. */
function answer(tags: readonly (string | null)[], kinds: readonly MediaKind[] = []): SentPack {
  const none = { width: null, height: null, duration: null, mime: null };
  const message = { chatId: "-1", messageId: 9 };
  const blocks = tags.map((tag, nth) => {
    const ids = { fileId: `id ${tag}`, fileUniqueId: `unique ${tag}` };
    return {
      sent: { ...message, kind: kinds[nth] ?? "document", ...ids, ...none },
      caption: tag,
      bytes: null,
    };
  });
  return { ...message, blocks };
}

/** Takes in that single sends of these went so. */
function singles(
  line: PackLine,
  keys: readonly string[],
  result: unknown,
  { transfer = "upload", send = 100 }: { transfer?: "upload" | null; send?: number } = {},
) {
  const permit = line.permit();
  const spent = { send };
  for (const key of keys)
    line.runner.single(line.taskOf(key), permit, { result, transfer, spent } as unknown as Outcome);
  permit.drop();
}

describe("a pack", () => {
  it("is posted in one message, of which each medium has its own id", async () => {
    const line = await openPackLine({ proved: PROVED });
    expect(await line.send(["a", "b", "c"])).toBe("posted");
    expect([line.methods(), line.states(), line.finished]).toEqual([
      ["pack"],
      ["ready", "ready", "ready"],
      ["a", "b", "c"],
    ]);
    expect(line.told.attempt.map(({ key, chat }) => [key, chat])).toEqual([
      ["a", "-1"],
      ["b", "-1"],
      ["c", "-1"],
    ]);
    const tried = { status: "ready", messageId: 1, attempts: 1, pack: { size: 3 } };
    expect(line.told.item).toMatchObject([tried, tried, tried]);
    expect(new Set(line.told.item.map(({ fileId }) => fileId)).size).toBe(3);
    expect(["a", "b", "c"].every(line.isFree)).toBe(true);
  });

  it("shows after a few that messages count, once its kinds are proved", async () => {
    const line = await openPackLine({ proved: ["ids:document ordinary"] });
    for (let nth = 1; nth <= 12; nth++) await line.send([..."abcdefghij"].map((key) => key + nth));
    expect(line.proofs()).toEqual(["quota messages"]);
  });

  it("does not prove a kind again that is proved, and holds back the canary's alone", async () => {
    const line = await openPackLine();
    await line.send(["a"]);
    expect([line.states(), line.finished, line.runner.errands.size]).toEqual([["unproved"], [], 1]);
    await line.errands();
    await line.send(["b", "c"]);
    expect([line.states(), line.runner.errands.size]).toEqual([["ready", "ready", "ready"], 0]);
  });

  it("takes along what waits in the queue, and is none where packs are off", async () => {
    const gathered = async (rule: PackRule) => {
      const line = await openPackLine({ proved: PROVED, rule });
      for (const key of ["b", "c"]) await line.put(key);
      const permit = line.permit();
      const first = { task: line.taskOf("a"), read: undefined };
      const taken = line.runner.gather(first, permit, line.clock.now());
      permit.drop();
      return taken?.map(({ task }) => task.entry.key) ?? null;
    };
    expect([await gathered({ type: "up to", most: 50 }), await gathered({ type: "off" })]).toEqual([
      ["a", "b", "c"],
      null,
    ]);
  });

  it("proves one kind while it holds media of another one that is proved", async () => {
    const line = await openPackLine({
      proved: ["ids:audio ordinary"],
      answering: (_, tags) => answer(tags, ["document", "audio"]),
    });
    expect(await line.send(["a", "b"], [{}, { kind: "audio" }])).toBe("posted");
    expect([line.states(), kindNow(line), line.runner.errands.size]).toEqual([
      ["unproved", "ready"],
      "none",
      1,
    ]);
  });

  it("frees its content where the ledger breaks", async () => {
    const between = (ledger: Ledger): Ledger => ({
      ...ledger,
      beginAllRead: () => Promise.reject(new Error("disk full")),
    });
    const line = await openPackLine({ proved: PROVED, between });
    await expect(line.send(["a", "b"])).rejects.toThrow("disk full");
    expect([line.isFree("a"), line.isFree("b")]).toEqual([true, true]);
  });
});

describe("a pack that is refused", () => {
  it("is halved until the medium at fault is found, which then goes by itself", async () => {
    const { packs, answering } = counted((keys) => (keys.includes("f") ? { failure: BAD } : null));
    const line = await openPackLine({ proved: PROVED, answering });
    await line.live(60_000);
    expect(await line.send([..."abcdefgh"])).toBe("refused");
    expect([line.finished, line.queued(), line.runner.errands.size]).toEqual([[], [], 1]);
    await line.errands();
    expect(packs).toEqual(["abcdefgh", "abcd", "ef", "e"]);
    expect(line.queued()).toEqual([
      ["g", false],
      ["h", false],
      ["f", true],
    ]);
    expect([line.finished, keysOf(line)]).toEqual([[..."abcde"], [..."abcde"]]);
    for (const { latency } of line.told.item) expect(latency.queue).toBeLessThanOrEqual(latency.total);
    // Of what was refused as one of several nobody knows more yet.
    expect(notices(line)).toEqual([]);
  });

  it("leaves its kind to be proved by another one, where it was to prove it", async () => {
    const line = await openPackLine({ answering: () => ({ failure: BAD }) });
    expect(kindNow(line)).toBe("one");
    await line.send(["a"]);
    expect([kindNow(line), line.queued(), line.runner.errands.size]).toEqual(["one", [["a", true]], 0]);
  });

  it("has its halves wait in the queue where no lane is left", async () => {
    const line = await openPackLine({ proved: PROVED, answering: () => ({ failure: BAD }) });
    await line.send(["a", "b", "c"]);
    line.lanes.closeBot("default", failure("chat_gone", "gone"));
    await line.errand();
    expect(line.queued().map(([key]) => key)).toEqual(["a", "b", "c"]);
  });

  it("has the one that is named go by itself, and the others again", async () => {
    const line = await openPackLine({ proved: PROVED, answering: () => ({ failure: BAD, medium: 1 }) });
    expect(await line.send(["a", "b", "c"])).toBe("other");
    expect(line.queued()).toEqual([
      ["a", false],
      ["c", false],
      ["b", true],
    ]);
    expect([line.states(), line.finished, line.runner.errands.size]).toEqual([
      ["retry", "retry", "retry"],
      [],
      0,
    ]);
  });

  it("ends packs of its bot where three media that it was refused for were taken by themselves", async () => {
    const line = await openPackLine({ proved: PROVED, answering: () => ({ failure: BAD, medium: 0 }) });
    for (const key of ["a", "b", "c"]) {
      await line.send([key, `${key}2`]);
      expect(notices(line)).toEqual([]);
      singles(line, [key, key, `${key}2`], { type: "sent" });
    }
    expect(notices(line)).toEqual([expect.stringMatching(/goes on without packs: 3 packs were refused/)]);
  });

  it("ends them at once by the third where a chat turns it away, whatever it holds", async () => {
    const refused = { failure: failure("no_rights", "not enough rights") };
    const line = await openPackLine({ proved: PROVED, answering: () => refused });
    for (const key of ["a", "b", "c"]) await line.send([key, `${key}2`]);
    expect(notices(line)).toEqual([expect.stringMatching(/without packs: 3 packs.*not enough rights/)]);
    expect(line.queued().map(([, alone]) => alone)).toEqual(Array(6).fill(true));
    // That packs are not taken says nothing of the chat.
    expect(line.lanes.isOpen("default", "document")).toBe(true);
  });

  it("ends them no more once one was posted", async () => {
    const refused = { failure: failure("no_rights", "not enough rights") };
    const line = await openPackLine({
      proved: PROVED,
      answering: (keys) => (keys[0] === "taken" ? null : refused),
    });
    for (const key of ["taken", "a", "b", "c", "d"]) await line.send([key, `${key}2`]);
    expect(notices(line)).toEqual([]);
  });

  it("ends them at once where the server has no such method, for later runs as well", async () => {
    const line = await openPackLine({ proved: PROVED });
    line.server.control({ rich: { supported: false } });
    expect(await line.send(["a", "b"])).toBe("other");
    expect([line.proofs(), line.queued().map(([key]) => key)]).toEqual([["packs unsupported"], ["a", "b"]]);
    expect(notices(line)).toEqual([expect.stringMatching(/the server has no message of several media/)]);
  });

  it("makes the next ones smaller where its body was too large", async () => {
    const line = await openPackLine({
      proved: PROVED,
      answering: () => ({ failure: failure("body_refused", "413") }),
    });
    await line.send(["a", "b"]);
    expect(notices(line)).toEqual([expect.stringMatching(/was refused as too large: uploads go singly/)]);
    expect(line.queued()).toEqual([
      ["a", false],
      ["b", false],
    ]);
  });

  it("ends the run where the bucket is shut, and the bot's part where its token is", async () => {
    const shut = await openPackLine({
      proved: PROVED,
      answering: () => ({ failure: failure("r2_denied", "no") }),
    });
    await shut.send(["a", "b"]);
    expect([shut.stop.draining.aborted, shut.lanes.isOpen("default")]).toEqual([true, true]);
    const out = await openPackLine({
      proved: PROVED,
      answering: () => ({ failure: failure("bot_frozen", "no") }),
    });
    await out.send(["a", "b"]);
    expect(out.lanes.isOpen("default")).toBe(false);
    expect(out.told.stopping.map(({ type }) => type)).not.toContain("denied");
  });
});

describe("a wait", () => {
  it("that a canary's pack met keeps its kind single until a single send went through", async () => {
    const line = await openPackLine({ answering: () => ({ failure: WAIT }) });
    expect(await line.send(["a"])).toBe("other");
    expect([line.states(), kindNow(line), line.queued()]).toEqual([["retry"], "none", [["a", false]]]);
    singles(line, ["x"], { type: "sent" }, { transfer: null });
    singles(line, ["x"], { type: "failed", failure: BAD });
    expect(kindNow(line)).toBe("none");
    singles(line, ["x"], { type: "failed", failure: WAIT });
    expect(kindNow(line)).toBe("one");
  });

  it("that single sends do not meet ends a kind's packs after the third, and counts against packs", async () => {
    const line = await openPackLine({ answering: () => ({ failure: WAIT }) });
    for (const key of ["a", "b", "c"]) {
      await line.send([key]);
      singles(line, ["x"], { type: "sent" });
    }
    expect(notices(line)).toEqual([expect.stringMatching(/goes on without packs: 3 packs were refused/)]);
  });

  it("says that media count where a single send meets it after packs, however long its answer took", async () => {
    const line = await openPackLine({ proved: ["ids:document ordinary"] });
    await line.send([..."abcdefghij"]);
    singles(line, ["x"], { type: "sent" });
    expect(line.proofs()).toEqual([]);
    singles(line, ["x"], { type: "failed", failure: WAIT }, { send: 70_000 });
    expect(line.proofs()).toEqual(["quota media"]);
  });

  it("says that media count where packs meet it, and single sends none", async () => {
    const line = await openPackLine({
      proved: ["ids:document ordinary"],
      answering: (keys) => (keys[0]?.endsWith("3") ? { failure: WAIT } : null),
    });
    for (const nth of [1, 2, 3]) await line.send([..."abcdefghij"].map((key) => key + nth));
    expect(line.proofs()).toEqual(["quota media"]);
  });
});

describe("an answer that does not hold what was sent", () => {
  it.each([
    { what: "is swapped", blocks: ["tagaaaaaa4", "tagaaaaaa3"] },
    { what: "lacks one", blocks: ["tagaaaaaa3"] },
  ])("leaves all in doubt, and ends packs: what $what", async ({ blocks }) => {
    const line = await openPackLine({ proved: PROVED, answering: () => answer(blocks) });
    expect(await line.send(["a", "b"])).toBe("other");
    expect([line.states(), line.finished, line.rows()]).toEqual([
      ["unknown", "unknown"],
      ["a", "b"],
      [
        ["a", "bad_answer"],
        ["b", "bad_answer"],
      ],
    ]);
    expect(notices(line)).toEqual([
      expect.stringMatching(/message 9 in -1 does not match what was sent/),
      expect.stringMatching(/goes on without packs: an answer about several media/),
    ]);
  });

  it("leaves them in doubt where another call was answered with that message", async () => {
    const line = await openPackLine({ proved: PROVED, answering: () => answer([null]) });
    const first = line.answers.check({
      ok: true,
      value: answer([null]).blocks[0]?.sent as Sent,
      times: { started: 0, bodyEnd: 0, ended: 0 },
    });
    expect(first.ok).toBe(true);
    await line.send(["a"]);
    expect(line.states()).toEqual(["unknown"]);
  });
});
