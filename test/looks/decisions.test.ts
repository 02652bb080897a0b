import { describe, expect, it } from "vitest";
import type { MediaKind } from "../../src/domain/media.ts";
import type { LookWay, LostCall } from "../../src/ledgers/look-port.ts";
import { mayLoseCaption } from "../../src/looks/caption.ts";
import { knownOf } from "../../src/looks/known.ts";
import { isCopyOf, matchOf } from "../../src/looks/match.ts";
import type { LookVerdict } from "../../src/looks/port.ts";
import { rowVerdict } from "../../src/looks/row-verdict.ts";
import { wayOf } from "../../src/looks/way.ts";
import { settledAt } from "../../src/looks/when.ts";
import type { SeenMessage, Sent } from "../../src/telegram/port.ts";

describe("the way to ask for messages", () => {
  it.each<[boolean, boolean, readonly LookWay[], LookWay | null]>([
    [false, false, [], "edit"],
    [false, true, [], "edit"],
    [true, false, [], "forward"],
    [true, true, [], null],
    [false, false, ["edit"], "forward"],
    [false, true, ["edit"], null],
    [true, false, ["forward"], null],
    [false, false, ["edit", "forward"], null],
    [false, false, ["forward"], "edit"],
  ])("edits others %s, protected %s, refused %j: %s", (editsOthers, isProtected, refused, way) => {
    expect(wayOf({ editsOthers, isProtected, refused: new Set(refused) })).toBe(way);
  });
});

describe("what is known of a lost call without asking", () => {
  const [STARTED, ENDED, AFTER] = [1_000, 2_000, 600_000];
  const lost: LostCall = {
    attempt: 1,
    bot: "a",
    content: "etag:x:1",
    kind: "document",
    key: "a.bin",
    bytes: 1,
    chatId: "-1001",
    tag: "abcdefghij",
    pack: null,
    startedAt: STARTED,
    endedAt: ENDED,
    lastBegun: null,
    reason: "answer_lost",
    state: "unknown",
  };
  it.each<[string, Partial<LostCall>, number, LookVerdict["is"] | null]>([
    ["old enough", {}, ENDED + AFTER, null],
    ["too young", {}, ENDED + AFTER - 1, "later"],
    ["proved absent, however young", { state: "absent" }, ENDED, "absent"],
    ["without a tag, however young", { tag: null }, ENDED, "unchecked"],
    ["in no chat that is known", { chatId: null }, ENDED + AFTER, "unchecked"],
    ["of a bot that takes no part", { bot: "b" }, ENDED + AFTER, "unchecked"],
    ["sent unchecked before, and lost again", { state: "unchecked" }, ENDED + AFTER, null],
  ])("%s", (_, change, now, is) => {
    const patience = { afterMs: AFTER, longestCallMs: 1_000 };
    expect(knownOf({ ...lost, ...change }, { bots: ["a"], patience, now })?.is ?? null).toBe(is);
  });
});

describe("whose message was seen", () => {
  const media: Sent = {
    chatId: "-1001",
    messageId: 7,
    kind: "photo",
    fileId: "AgAC",
    fileUniqueId: "AQAD",
    width: null,
    height: null,
    duration: null,
    mime: null,
  };
  const seen: SeenMessage = {
    chatId: "-1001",
    messageId: 7,
    caption: "abcdefghij",
    media,
    from: null,
    blocks: null,
    isForwarded: false,
    originId: null,
  };
  const asked = { chatId: "-1001", messageId: 7 };
  const first = { tag: "abcdefghij", key: "a" };
  const calls = [{ tag: null, key: "none" }, { tag: "klmnopqrst", key: "b" }, first];

  it.each<[string, Partial<SeenMessage>, boolean]>([
    ["one with the tag", {}, true],
    ["one with the tag and signs that nobody sees", { caption: "abcdefghij\u2063\u200b" }, true],
    ["one with another caption", { caption: "abcdefghik" }, false],
    ["one whose caption only begins so", { caption: "abcdefghijk" }, false],
    ["one without a caption", { caption: null }, false],
    ["one with an empty caption", { caption: "" }, false],
    ["one without media", { media: null }, false],
    ["a copy whose origin nobody says", { isForwarded: true }, true],
    ["what a forward copied from where it was asked for", { isForwarded: true, originId: 7 }, true],
    ["what a forward copied from a copy of another", { isForwarded: true, originId: 5 }, false],
  ])("takes %s", (_, change, isOurs) => {
    const match = matchOf({ ...seen, ...change }, asked, calls);
    expect(match).toEqual(isOurs ? { call: first, media } : null);
  });

  it("gives the place that was asked for, not that of the copy", () => {
    const copy = { ...seen, messageId: 99, media: { ...media, messageId: 99 }, originId: 7 };
    expect(matchOf(copy, asked, calls)?.media).toEqual(media);
  });
});

describe("a copy of which nobody knows the id", () => {
  const tag = "abcdefghij";
  const [here, elsewhere] = ["-1001", "-1002"];
  const look = { chatId: here, messageId: 7, origins: [7] };
  it.each<[string, string | null, string | null, number | null, number, boolean]>([
    ["says in a channel of what it is one", null, null, 7, 9, true],
    ["is not the message itself, which a forward shows as its own origin", null, null, 7, 7, false],
    ["is not what is one of another message", null, null, 5, 9, false],
    ["has the tag of a message of this chat under another id", here, tag, null, 9, true],
    ["is not that message", here, tag, null, 7, false],
    ["has the tag of a message of another chat, under whatever id", elsewhere, tag, null, 7, true],
    ["has no other tag", elsewhere, "abcdefghik", null, 9, false],
    ["has a caption", elsewhere, null, null, 9, false],
    ["is not known without a tag", null, tag, null, 9, false],
  ])("%s", (_, original, caption, originId, id, isCopy) => {
    const originals = original === null ? [] : [{ chatId: original, messageId: 7, tag }];
    expect(isCopyOf({ ...look, originals }, { caption, originId, blocks: null }, id)).toBe(isCopy);
    // A tag may as well be that of one medium among others.
    const blocks = [null, caption].map((each) => ({ caption: each, sent: null, bytes: null }));
    expect(isCopyOf({ ...look, originals }, { caption: null, originId, blocks }, id)).toBe(isCopy);
  });

  it("is known in a channel by the message of which the one that was asked for was a copy, also a stranger's", () => {
    const left = { ...look, origins: [7, 5], originals: [] };
    const seen = { caption: null, originId: 5, blocks: null };
    expect([5, 7, 9].map((id) => isCopyOf(left, seen, id))).toEqual([false, false, true]);
  });

  it("is not the message of which the one that was asked for was a copy", () => {
    const left = { ...look, originals: [{ chatId: here, messageId: 5, tag }] };
    const seen = { caption: tag, originId: 5, blocks: null };
    expect([5, 9].map((id) => isCopyOf(left, seen, id))).toEqual([false, true]);
  });
});

describe("when a lost call can be looked for", () => {
  const patience = { afterMs: 600_000, longestCallMs: 1_800_000 };
  it.each([
    ["from when it was given up", 0, 90_000, "answer_lost", 690_000],
    ["also after a call that took long", 0, 5_000_000, "server_error", 5_600_000],
    ["from when its process was found dead", 0, 90_000, "process_died", 690_000],
    ["not days later, where it was found dead days later", 0, 9e9, "process_died", 2_400_000],
  ] as const)("%s", (_, startedAt, endedAt, reason, at) => {
    expect(settledAt({ startedAt, endedAt, reason }, patience)).toBe(at);
  });
});

describe("a row of several lost calls", () => {
  const found = { is: "found", media: {} as Sent } as const;
  const absent = { is: "absent" } as const;
  const open = { is: "open", why: "x" } as const;
  const unchecked = { is: "unchecked", why: "y" } as const;
  const later = (at: number) => ({ is: "later", at }) as const;
  it.each<[string, readonly LookVerdict[], LookVerdict["is"]]>([
    ["one that is absent", [absent], "absent"],
    ["all absent", [absent, absent], "absent"],
    ["one found", [absent, open, found, later(1)], "found"],
    ["one to wait for", [absent, open, later(1), unchecked], "later"],
    ["one that may be there", [absent, unchecked, open], "open"],
    ["one that nobody can tell", [absent, unchecked], "unchecked"],
    ["none at all", [], "unchecked"],
  ])("%s", (_, verdicts, is) => {
    expect(rowVerdict(verdicts).is).toBe(is);
  });

  it("waits for the last of them", () => {
    expect(rowVerdict([later(5), absent, later(9)])).toEqual(later(9));
  });
});

describe("captions that may be lost", () => {
  it.each<[MediaKind, string, boolean]>([
    ["document", "a/b.webp", true],
    ["document", "a.TGS", true],
    ["document", "a.pdf", false],
    ["photo", "a.webp", false],
    ["voice", "a.ogg", false],
  ])("%s %s: %s", (kind, key, isSo) => {
    expect(mayLoseCaption(kind, key)).toBe(isSo);
  });
});
