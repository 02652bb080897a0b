import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { adoptedCaption } from "../../src/pipeline/adopt/caption.ts";
import { afterAnswer } from "../../src/pipeline/adopt/then.ts";
import { type AdoptFacts, adoptWay } from "../../src/pipeline/adopt/way.ts";
import type { CallAnswer, SeenMessage, Sent } from "../../src/telegram/port.ts";

const FACTS: AdoptFacts = {
  isOpen: true,
  ownIds: false,
  editsOthers: true,
  isProtected: false,
  isCaptionKnown: true,
  inPack: false,
  refused: new Set(),
};

describe("the way to an id by the message of another bot", () => {
  it.each<[string, Partial<AdoptFacts>, "edit" | "forward" | null]>([
    ["it may edit posts of others", {}, "edit"],
    ["it may edit them, and the chat is protected", { isProtected: true }, "edit"],
    ["it may not edit them", { editsOthers: false }, "forward"],
    ["nobody knows what the caption holds", { isCaptionKnown: false }, "forward"],
    ["an edit was refused there", { refused: new Set(["edit"]) }, "forward"],
    ["an edit and a forward were", { refused: new Set(["edit", "forward"]) }, null],
    ["it may not edit them in a protected chat", { editsOthers: false, isProtected: true }, null],
    ["it has no lane there, or a closed one", { isOpen: false }, null],
    ["messages have other numbers for each bot", { ownIds: true }, null],
    [
      "the message holds several media, which have no caption",
      { inPack: true, isCaptionKnown: false },
      "edit",
    ],
    ["it holds several, and it may not edit them", { inPack: true, editsOthers: false }, "forward"],
  ])("where %s", (_, facts, way) => {
    expect(adoptWay({ ...FACTS, ...facts })).toBe(way);
  });
});

const MEDIA = {
  kind: "photo",
  fileId: "mine",
  fileUniqueId: "AQADx",
  chatId: "-1001",
  messageId: 7,
} as unknown as Sent;
const TIMES = { started: 0, bodyEnd: 0, ended: 1 };

function message(media: Sent | null): CallAnswer<SeenMessage> {
  const more = { caption: null, blocks: null, from: null, isForwarded: false, originId: null };
  return { times: TIMES, ok: true, value: { chatId: "-1001", messageId: 7, media, ...more } };
}

function refused(reason: Parameters<typeof failure>[0]): CallAnswer<SeenMessage> {
  return { times: TIMES, ok: false, failure: failure(reason, reason) };
}

const SAME: CallAnswer<"not modified"> = { times: TIMES, ok: true, value: "not modified" };

describe("what follows from an answer", () => {
  it.each<[string, "edit" | "forward", Parameters<typeof afterAnswer>[1], number, object]>([
    ["the message", "edit", message(MEDIA), 1, { do: "confirm", media: MEDIA }],
    [
      "another file",
      "edit",
      message({ ...MEDIA, fileUniqueId: "AQADy" }),
      1,
      { do: "otherwise", everywhere: false },
    ],
    ["a message without media", "forward", message(null), 1, { do: "otherwise", everywhere: false }],
    ["that nothing changed", "edit", SAME, 1, { do: "again" }],
    ["that nothing changed, three times", "edit", SAME, 3, { do: "otherwise", everywhere: true }],
    ["none, to an edit", "edit", refused("answer_lost"), 1, { do: "again" }],
    [
      "none, to an edit, three times",
      "edit",
      refused("answer_lost"),
      3,
      { do: "otherwise", everywhere: false },
    ],
    ["none, to a forward", "forward", refused("answer_lost"), 1, { do: "doubt" }],
    [
      "that there is no message",
      "edit",
      refused("message_missing"),
      1,
      { do: "otherwise", everywhere: false },
    ],
    [
      "that it may not be edited",
      "edit",
      refused("message_locked"),
      1,
      { do: "otherwise", everywhere: true },
    ],
    [
      "that it may not be forwarded",
      "forward",
      refused("message_protected"),
      1,
      { do: "otherwise", everywhere: true },
    ],
  ])("%s, to an %s", (_, way, answer, times, then) => {
    expect(afterAnswer(way, answer, { fileUniqueId: "AQADx" }, times)).toMatchObject(then);
  });

  it("takes any file where it is not known which one it was", () => {
    expect(afterAnswer("edit", message(MEDIA), { fileUniqueId: null }, 1)).toMatchObject({ do: "confirm" });
  });
});

describe("the caption of an adopted message", () => {
  it("keeps its tag, and changes in an end that nobody sees and that no trimming takes away", () => {
    let next = 0;
    const random = () => (next++ % 7) / 7;
    const captions = Array.from({ length: 50 }, () => adoptedCaption("abcdefghij", random));
    for (const caption of captions) {
      expect(caption).toMatch(/^abcdefghij[\u2060\u2062\u2063\u2064]{5}$/);
      expect(caption.trim()).toBe(caption);
    }
    expect(new Set(captions).size).toBeGreaterThan(5);
    expect(adoptedCaption(null, random)).toHaveLength(5);
  });
});
