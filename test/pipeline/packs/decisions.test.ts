import { describe, expect, it } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import { MEDIA_KINDS, type MediaKind } from "../../../src/domain/media.ts";
import type { PackRule } from "../../../src/domain/pack-rule.ts";
import { BELIEVED_MS, type Proof } from "../../../src/domain/proof.ts";
import type { Task } from "../../../src/domain/task.ts";
import type { PackableWork } from "../../../src/domain/work-forecast.ts";
import { type AfterPack, afterPack } from "../../../src/pipeline/packs/after-pack.ts";
import { canaryVerdict } from "../../../src/pipeline/packs/canary.ts";
import { EMPTY_PACK, hasRoom, mayBePacked, withOneMore } from "../../../src/pipeline/packs/fit.ts";
import { halve, narrow } from "../../../src/pipeline/packs/halve.ts";
import { matchBlocks, type PackedMedium } from "../../../src/pipeline/packs/match.ts";
import { canariesOf, packsAhead } from "../../../src/pipeline/packs/outlook.ts";
import { type Trust, trustOf } from "../../../src/pipeline/packs/trust.ts";
import { mayStillGo, packUse, slotsOf } from "../../../src/pipeline/packs/use.ts";
import { packWords } from "../../../src/pipeline/packs/words.ts";
import type { SendAnswer, Sent } from "../../../src/telegram/port.ts";

const AUTO: PackRule = { type: "auto" };
const UP_TO_50: PackRule = { type: "up to", most: 50 };
const NOW = Date.UTC(2026, 10, 27);
const LANE = { bot: "default", chat: "-1001", type: "channel" };

const proof = (what: string, result: string, more: Partial<Proof> = {}): Proof => {
  return { bot: "default", scope: "channel", what, result, evidence: {}, at: NOW - 1_000, ...more };
};
const trust = (...proofs: Proof[]): Trust => trustOf(proofs, LANE, NOW);
const OLD = NOW - BELIEVED_MS;
const MESSAGES = proof("quota", "messages");
const PHOTO = proof("ids:photo", "ordinary");

describe("what proofs say of a lane", () => {
  it.each<[string, Proof[], string]>([
    ["nothing is known without one", [], "unknown"],
    ["one of its type of chats", [proof("quota", "messages")], "messages"],
    ["one of all chats", [proof("quota", "messages", { scope: "*" })], "messages"],
    [
      "one of its chat before one of its type, however old",
      [proof("quota", "messages"), proof("quota", "media", { scope: "-1001", at: NOW - 9_000 })],
      "media",
    ],
    [
      "the newest of two",
      [proof("quota", "media", { at: NOW - 9_000 }), proof("quota", "messages")],
      "messages",
    ],
    ["not one of another bot", [proof("quota", "messages", { bot: "other" })], "unknown"],
    ["not one of another chat", [proof("quota", "messages", { scope: "-1002" })], "unknown"],
    [
      "an old one in favour of packs is to be proved again",
      [proof("quota", "messages", { at: OLD })],
      "stale",
    ],
    ["an old one against them is forgotten", [proof("quota", "media", { at: OLD })], "unknown"],
    ["one that was taken back", [proof("quota", "taken_back")], "unknown"],
    [
      "one of its type before one of its chat that is old",
      [proof("quota", "media", { scope: "-1001", at: OLD }), MESSAGES],
      "messages",
    ],
  ])("%s", (_, proofs, quota) => {
    expect(trust(...proofs).quota).toBe(quota);
  });

  it("keeps kinds apart", () => {
    const { ids, packs } = trust(
      proof("ids:photo", "ordinary"),
      proof("ids:video", "rich_only"),
      proof("packs", "unsupported"),
    );
    expect([ids.photo, ids.video, ids.audio, packs]).toEqual([
      "ordinary",
      "rich_only",
      "unknown",
      "unsupported",
    ]);
    expect([trust().packs, trust(proof("packs", "supported")).packs]).toEqual(["unknown", "supported"]);
  });
});

describe("how a lane may use packs", () => {
  it.each<[string, PackRule, Proof[], number, string | null, string]>([
    ["never where that is set", { type: "off" }, [MESSAGES, PHOTO], 0, "off", "many"],
    ["not by itself without a proof", AUTO, [], 0, "not_proved", "none"],
    ["not by itself without a proof of a kind", AUTO, [MESSAGES], 0, "not_proved", "none"],
    ["not by itself without a proof of what counts", AUTO, [PHOTO], 0, "not_proved", "many"],
    [
      "not by itself where ids of a kind serve no other method and no other is proved",
      AUTO,
      [MESSAGES, proof("ids:photo", "rich_only")],
      0,
      "rich_only",
      "none",
    ],
    ["fully where all is proved", AUTO, [MESSAGES, PHOTO, proof("keeps", "50")], 50, null, "many"],
    [
      "with as many as are kept, by what is reported, where that is not proved",
      AUTO,
      [MESSAGES, PHOTO],
      20,
      null,
      "many",
    ],
    [
      "again with a canary where ids were proved long ago",
      AUTO,
      [MESSAGES, proof("ids:photo", "ordinary", { at: OLD })],
      20,
      null,
      "one",
    ],
    [
      "with few where the quota was proved long ago",
      AUTO,
      [proof("quota", "messages", { at: OLD }), PHOTO],
      10,
      null,
      "many",
    ],
    ["not where media count", UP_TO_50, [proof("quota", "media"), PHOTO], 0, "media_count", "many"],
    ["not where the server has none", UP_TO_50, [proof("packs", "unsupported")], 0, "unsupported", "one"],
    ["with a canary and few where nothing is known and it was asked for", UP_TO_50, [], 10, null, "one"],
    [
      "with no more than are kept, whatever else is proved",
      UP_TO_50,
      [PHOTO, proof("keeps", "3")],
      3,
      null,
      "many",
    ],
    ["with at most what was asked for", { type: "up to", most: 4 }, [MESSAGES, PHOTO], 4, null, "many"],
    [
      "not where ids serve no other method",
      UP_TO_50,
      MEDIA_KINDS.map((kind) => proof(`ids:${kind}`, "rich_only")),
      0,
      "rich_only",
      "none",
    ],
  ])("%s", (_, rule, proofs, most, why, photo) => {
    const use = packUse(rule, trust(...proofs));
    expect([use.most, use.why, use.kinds.photo]).toEqual([most, why, photo]);
  });

  it("takes as many slots as it has media until a kind is proved, and one from then on", () => {
    expect(slotsOf(6, packUse(UP_TO_50, trust()))).toBe(6);
    expect(slotsOf(6, packUse(UP_TO_50, trust(PHOTO)))).toBe(1);
    expect(slotsOf(50, packUse(AUTO, trust(MESSAGES, PHOTO)))).toBe(1);
  });
});

it("keeps to the least that chats of any type keep where that of this one was not looked up", () => {
  const proofs = [proof("keeps", "50"), proof("keeps", "3", { scope: "supergroup" })];
  const keeps = (isAssumed: boolean) => trustOf(proofs, { ...LANE, isAssumed }, NOW).keeps;
  expect([keeps(false), keeps(true)]).toEqual([50, 3]);
});

it.each<[string, Proof[], Trust["quota"]]>([
  ["not one in favour, of the type that it is taken for", [MESSAGES], "unknown"],
  ["one against packs, of any other type", [proof("quota", "media", { scope: "supergroup" })], "media"],
  ["one of this chat", [proof("quota", "messages", { scope: "-1001" })], "messages"],
  ["one of all chats", [proof("quota", "messages", { scope: "*" })], "messages"],
  ["not one of another chat", [proof("quota", "media", { scope: "-1002" })], "unknown"],
  [
    "one of this chat before one against packs of a type",
    [proof("quota", "messages", { scope: "-1001" }), proof("quota", "media", { scope: "supergroup" })],
    "messages",
  ],
])("believes of a chat that was not looked up %s", (_, proofs, quota) => {
  expect(trustOf(proofs, { ...LANE, isAssumed: true }, NOW).quota).toBe(quota);
});

it("holds a pack back that is larger than what is proved by now, or goes where media were proved to count", () => {
  const media = proof("quota", "media", { scope: "-1001" });
  expect([1, 2].map((size) => mayStillGo(size, packUse(UP_TO_50, trust(PHOTO, media))))).toEqual([
    false,
    false,
  ]);
  expect([1, 10, 11].map((size) => mayStillGo(size, packUse(UP_TO_50, trust(PHOTO))))).toEqual([
    true,
    true,
    false,
  ]);
});

describe("what packs bring", () => {
  const bad = proof("quota", "media", { scope: "-1001" });
  it.each<[string, PackRule, Proof[], number, number, string]>([
    ["what they would, where nothing is known", AUTO, [], 1, 20, "not_proved"],
    ["no more than was asked for", { type: "up to", most: 5 }, [], 1, 5, "not_proved"],
    ["what was proved", AUTO, [MESSAGES, PHOTO], 20, 20, "proved"],
    ["more where more are kept", AUTO, [MESSAGES, PHOTO, proof("keeps", "50")], 50, 50, "proved"],
    ["nothing until the ids of a kind are proved", UP_TO_50, [MESSAGES], 1, 20, "not_proved"],
    ["nothing where media count", UP_TO_50, [bad], 1, 1, "media_count"],
    ["nothing where they are off", { type: "off" }, [MESSAGES, PHOTO], 1, 1, "off"],
  ])("%s", (_, rule, proofs, now, proved, state) => {
    expect(packsAhead(rule, [trust(...proofs)], 45e6, null)).toMatchObject({
      state,
      now: [now],
      proved: [proved],
    });
  });

  it.each<[string, PackRule, Proof[][], boolean]>([
    ["where it was asked for", UP_TO_50, [[]], true],
    ["where it was asked for, though one of its lanes goes singly", UP_TO_50, [[], [bad]], true],
    ["not where nothing is tried by itself", AUTO, [[]], false],
    ["not where nothing goes in packs", UP_TO_50, [[bad]], false],
    ["not what is proved", UP_TO_50, [[MESSAGES, PHOTO]], false],
  ])("is found out on the way: %s", (_, rule, lanes, onTheWay) => {
    const trusts = lanes.map((proofs) => trust(...proofs));
    expect(packsAhead(rule, trusts, 45e6, null).onTheWay).toBe(onTheWay);
  });

  it.each<[string, PackRule, Proof[], number]>([
    ["one of each kind that is to be warmed", UP_TO_50, [], 2],
    ["none of what is proved", UP_TO_50, [PHOTO], 1],
    ["again where that is old", AUTO, [MESSAGES, proof("ids:photo", "ordinary", { at: OLD })], 1],
    ["none where nothing is tried by itself", AUTO, [MESSAGES], 0],
    ["none where no pack goes", UP_TO_50, [bad], 0],
  ])("takes canaries: %s", (_, rule, proofs, count) => {
    const lane = { bot: "default", trust: trust(...proofs) };
    const kinds = new Map<string, Set<MediaKind>>([
      ["default", new Set(["photo", "audio"])],
      ["other", new Set(["video"])],
    ]);
    expect(canariesOf(rule, [lane, lane], kinds)).toBe(count);
  });

  it.each<[string, PackRule, Proof[], string]>([
    ["switched off", { type: "off" }, [MESSAGES, PHOTO], "not used (--pack off)"],
    [
      "nothing known",
      AUTO,
      [],
      "not used: it is not proved whether this chat counts messages or media and whether ids that come in one serve as others do; `prewarm probe --yes` finds out, or --pack 50 on the way",
    ],
    [
      "half of it known",
      AUTO,
      [MESSAGES],
      "not used: it is not proved whether ids that come in one serve as others do; `prewarm probe --yes` finds out, or --pack 50 on the way",
    ],
    [
      "all known of a kind",
      AUTO,
      [MESSAGES, PHOTO],
      "up to 20 media in one message, since this chat is proved to count messages; ids are proved of photos",
    ],
    [
      "bounded by what was refused",
      AUTO,
      [
        MESSAGES,
        PHOTO,
        proof("url_flood", "10", { evidence: { waits: [{ media: 20 }] } }),
        proof("max_body", "5625000", { evidence: { refused_bytes: [11_250_000] } }),
      ],
      "up to 20 media in one message, since this chat is proved to count messages; at most 10 of them by URL; uploads of at most 5.6 MB together; ids are proved of photos",
    ],
    [
      "on the way",
      UP_TO_50,
      [],
      "up to 10 media in one message, until it is proved what this chat counts; the first id of each other kind is tried",
    ],
    ["media count", UP_TO_50, [bad], "not used: this chat counts media, so they bring nothing"],
    [
      "no such method",
      UP_TO_50,
      [proof("packs", "unsupported")],
      "not used: the server has no message of several media",
    ],
  ])("is told: %s", (_, rule, proofs, words) => {
    expect(packWords(rule, trust(...proofs))).toBe(words);
  });

  it("counts lanes that go singly beside those that do not", () => {
    const lanes = [[MESSAGES, PHOTO], [bad]].map((proofs) => trust(...proofs));
    expect(packsAhead(AUTO, lanes, 45e6, null)).toMatchObject({ state: "proved", now: [20, 1] });
  });

  const work = (toWarm: number, ...packable: PackableWork[]) => ({ toWarm, packable });
  const photos = { kind: "photo", objects: 100, urls: 100, uploadBytes: 0 } as const;
  const songs = { kind: "audio", objects: 100, urls: 0, uploadBytes: 500e6 } as const;
  const AUDIO = proof("ids:audio", "ordinary");
  const few = proof("url_flood", "5", { evidence: { waits: [{ media: 10 }] } });
  const small = proof("max_body", "5000000", { evidence: { refused_bytes: [10e6] } });
  it.each<[string, Proof[], ReturnType<typeof work>, number]>([
    ["of one kind, as many as one message holds", [], work(100, photos), 20],
    ["as many where there is no work", [], work(0), 20],
    ["less where half of it goes by itself", [], work(200, photos), 200 / 105],
    ["one of a kind that is not proved", [], work(100, { ...songs, uploadBytes: 1e6 }), 1],
    ["as much as 45 MB hold", [AUDIO], work(100, songs), 9],
    ["as much as was proved of a body", [AUDIO, small], work(100, songs), 1],
    [
      "uploads beside as many URLs as are taken",
      [AUDIO, few],
      work(200, photos, { ...songs, uploadBytes: 1e6 }),
      10,
    ],
    ["as many URLs as are taken", [few], work(100, photos), 5],
    ["uploads and URLs together", [AUDIO], work(200, photos, { ...songs, uploadBytes: 1e6 }), 20],
  ])("a call carries %s", (_, proofs, amount, inCall) => {
    const { now } = packsAhead(AUTO, [trust(MESSAGES, PHOTO, ...proofs)], 45e6, amount);
    expect(now[0]).toBeCloseTo(inCall, 6);
  });
});

const task = (more: Partial<Task> = {}, bytes = 1_000): Task => ({
  entry: { key: "a.jpg", bytes, etag: "e" },
  bot: "default",
  kind: "photo",
  content: "c" as Task["content"],
  replace: false,
  queuedAt: 0,
  tries: 0,
  calls: 0,
  notBefore: 0,
  ...more,
});

describe("what goes in a pack", () => {
  it.each<[string, Task, boolean]>([
    ["a photo", task(), true],
    ["a small video", task({ kind: "video" }, 10_000_000), true],
    ["a video that takes its picture along", task({ kind: "video" }, 10_000_001), false],
    ["what was refused in a pack", task({ alone: true }), false],
    ["a photo that goes as a document", task({ sendAs: "document" }), false],
    ["what did not go by URL", task({ transfer: "upload" }), false],
    [
      "what nobody understands",
      task({ refusedIn: [{ chat: "-1", code: 400, message: "", passed: 0, passedOfKind: 0 }] }),
      false,
    ],
    ["a second try for another reason", task({ tries: 2, calls: 2 }), true],
    ["what went in as many calls as it may", task({ calls: 13 }), true],
    ["what went in more, whatever they came to", task({ calls: 14 }), false],
  ])("%s", (_, one, expected) => {
    expect(mayBePacked(one)).toBe(expected);
  });

  const use = packUse({ type: "up to", most: 3 }, trust(MESSAGES, PHOTO, proof("ids:audio", "rich_only")));
  const bounds = { use, mostBytes: 100 };
  const fill = (media: number, uploadBytes: number, ...kinds: MediaKind[]) => ({
    media,
    urls: 0,
    uploadBytes,
    kinds: new Set(kinds),
  });
  it.each<[string, Parameters<typeof hasRoom>[0], Parameters<typeof hasRoom>[1], boolean]>([
    ["the first", EMPTY_PACK, { kind: "photo", transfer: "upload", bytes: 100 }, true],
    ["uploads up to the limit", fill(1, 60, "photo"), { kind: "photo", transfer: "upload", bytes: 40 }, true],
    ["no upload beyond it", fill(1, 60, "photo"), { kind: "photo", transfer: "upload", bytes: 41 }, false],
    ["any size by URL", fill(1, 100, "photo"), { kind: "photo", transfer: "url", bytes: 4_000 }, true],
    ["no more than the size", fill(3, 0, "photo"), { kind: "photo", transfer: "url", bytes: 1 }, false],
    ["one canary of a kind", fill(1, 0, "photo"), { kind: "voice", transfer: "url", bytes: 1 }, true],
    ["not two", fill(2, 0, "photo", "voice"), { kind: "voice", transfer: "url", bytes: 1 }, false],
    [
      "none of a kind whose ids serve nothing",
      EMPTY_PACK,
      { kind: "audio", transfer: "url", bytes: 1 },
      false,
    ],
  ])("has room for %s", (_, held, medium, expected) => {
    expect(hasRoom(held, medium, bounds)).toBe(expected);
  });

  const body = (taken: number, ...refused: number[]) =>
    proof("max_body", String(taken), {
      scope: "*",
      evidence: { taken_bytes: taken, refused_bytes: refused },
    });
  const urls = (taken: number, ...refused: number[]) =>
    proof("url_flood", String(taken), {
      scope: "*",
      evidence: { taken, waits: refused.map((media) => ({ media, wait_s: 30 })) },
    });
  const NO_BOUND = Number.POSITIVE_INFINITY;
  it.each<[string, Proof[], number, number]>([
    ["no bound that nobody looked for", [], 50, NO_BOUND],
    ["no bound where the most was taken", [body(45_000_000), urls(50)], 50, NO_BOUND],
    [
      "what was taken where more was refused",
      [body(5_625_000, 45e6, 22.5e6, 11.25e6), urls(10, 50, 20)],
      10,
      5_625_000,
    ],
    ["two by URL, where three met a wait", [urls(2, 3)], 2, NO_BOUND],
    ["uploads that are just worth a pack", [body(1e6, 2e6)], 50, 1e6],
    ["none by URL where two met a wait", [urls(0, 50, 20, 10, 5, 2)], 0, NO_BOUND],
    ["no uploads where hardly any bytes are taken", [body(703_125, 45e6, 1_406_250)], 50, 0],
    [
      "nothing of what was proved long ago",
      [
        { ...urls(2, 5), at: OLD },
        { ...body(2e6, 4e6), at: OLD },
      ],
      50,
      NO_BOUND,
    ],
    [
      "nothing of evidence that it cannot read",
      [proof("url_flood", "many", { evidence: { waits: "?" } })],
      50,
      NO_BOUND,
    ],
  ])("holds %s", (_, proofs, mostUrls, mostBytes) => {
    const { mostUrls: byUrl, mostBytes: byBytes } = packUse(AUTO, trust(MESSAGES, PHOTO, ...proofs));
    expect([byUrl, byBytes]).toEqual([mostUrls, mostBytes]);
  });

  it("has room for uploads where no more may go by URL", () => {
    const few = { use: packUse(AUTO, trust(MESSAGES, PHOTO, urls(2, 5))), mostBytes: 100 };
    const byUrl = { kind: "photo", transfer: "url", bytes: 9 } as const;
    const full = withOneMore(withOneMore(EMPTY_PACK, byUrl), byUrl);
    expect([hasRoom(full, byUrl, few), hasRoom(full, { ...byUrl, transfer: "upload" }, few)]).toEqual([
      false,
      true,
    ]);
  });

  it("counts what is put in", () => {
    const two = withOneMore(withOneMore(EMPTY_PACK, { kind: "photo", transfer: "url", bytes: 9 }), {
      kind: "voice",
      transfer: "upload",
      bytes: 7,
    });
    expect(two).toEqual({ ...fill(2, 7, "photo", "voice"), urls: 1 });
  });
});

const sent = (more: Partial<Sent> = {}): Sent => ({
  chatId: "-1001",
  messageId: 5,
  kind: "photo",
  fileId: "id",
  fileUniqueId: "unique-id-long",
  width: null,
  height: null,
  duration: null,
  mime: null,
  ...more,
});
const packed = (more: Partial<PackedMedium> = {}): PackedMedium => ({
  key: "a.jpg",
  kind: "photo",
  tag: "abcdefghij",
  bytes: 10,
  ...more,
});
const block = (
  more: Partial<Sent> = {},
  caption: string | null = "abcdefghij",
  bytes: number | null = null,
) => ({ sent: sent(more), caption, bytes });

describe("matching", () => {
  it.each<[string, PackedMedium[], ReturnType<typeof block>[], string | null]>([
    ["a block each", [packed(), packed({ tag: "bbbbbbbbbb" })], [block(), block({}, "bbbbbbbbbb")], null],
    ["a block too few", [packed(), packed()], [block()], "2 media were sent and the answer has 1"],
    ["a block too many", [packed()], [block(), block()], "1 media were sent and the answer has 2"],
    [
      "the tags of another order",
      [packed(), packed({ tag: "bbbbbbbbbb" })],
      [block({}, "bbbbbbbbbb"), block()],
      "medium 1 of 2 (a.jpg) was tagged abcdefghij and came back with bbbbbbbbbb",
    ],
    [
      "no tag where there was one",
      [packed()],
      [block({}, null)],
      "medium 1 of 1 (a.jpg) was tagged abcdefghij and came back with no tag",
    ],
    ["anything where no tag was written", [packed({ tag: null })], [block({}, "whatever")], null],
    [
      "another family",
      [packed()],
      [block({ kind: "document" })],
      "medium 1 of 1 (a.jpg) was sent as photo and came back as document",
    ],
    [
      "another kind of its family, as when sent singly",
      [packed({ kind: "video" })],
      [block({ kind: "animation" })],
      null,
    ],
    [
      "a document of its size",
      [packed({ kind: "document" })],
      [block({ kind: "document" }, "abcdefghij", 10)],
      null,
    ],
    [
      "a document of another size",
      [packed({ kind: "document" })],
      [block({ kind: "document" }, "abcdefghij", 11)],
      "medium 1 of 1 (a.jpg) has 10 bytes and came back with 11",
    ],
    [
      "a document whose size nobody says",
      [packed({ kind: "document" })],
      [block({ kind: "document" }, "abcdefghij", null)],
      null,
    ],
    [
      "an audio of another size, which Telegram makes of a document",
      [packed({ kind: "document" })],
      [block({ kind: "audio" }, "abcdefghij", 999)],
      null,
    ],
    [
      "a document of another size, which was no document",
      [packed({ kind: "video" })],
      [block({ kind: "document" }, "abcdefghij", 999)],
      null,
    ],
    ["a photo of another size, which Telegram makes", [packed()], [block({}, "abcdefghij", 999)], null],
  ])("takes or refuses %s", (_, media, blocks, why) => {
    const found = matchBlocks(media, blocks);
    expect(found.ok ? null : found.why).toBe(why);
    if (found.ok) expect(found.sent).toEqual(blocks.map((each) => each.sent));
  });

  it("refuses a block without an id", () => {
    const found = matchBlocks([packed()], [{ sent: null, caption: "abcdefghij", bytes: null }]);
    expect(found).toEqual({ ok: false, why: "medium 1 of 1 (a.jpg) has no file_id" });
  });
});

describe("what follows a pack that came to nothing", () => {
  it.each<[string, Parameters<typeof failure>, number | null, AfterPack]>([
    ["no such method", ["method_unknown", ""], null, { do: "give up" }],
    ["too large a body, whichever is named", ["body_refused", ""], 3, { do: "shrink" }],
    ["a medium that is named", ["photo_dimensions", ""], 3, { do: "set apart", medium: 3 }],
    ["one that is not", ["photo_dimensions", ""], null, { do: "halve" }],
    ["a text that nobody knows", ["refused_unclear", "", { code: 400 }], null, { do: "halve" }],
    ["a kind that the chat does not take", ["kind_not_allowed", ""], null, { do: "halve" }],
    ["parts of an upload that were lost", ["upload_incomplete", ""], 2, { do: "set apart", medium: 2 }],
    ["an object that changed on the way", ["object_changed", ""], 1, { do: "fail one", medium: 1 }],
    ["a read from the bucket that broke", ["r2_unavailable", ""], 1, { do: "fail one", medium: 1 }],
    ["trouble of the connection, of no medium", ["connect_failed", ""], null, { do: "each" }],
    ["a wait", ["flood_wait", ""], null, { do: "each" }],
    ["a wait, though a medium is named", ["flood_wait", ""], 0, { do: "each" }],
    ["no answer", ["answer_lost", ""], null, { do: "each" }],
    ["a chat that is gone", ["chat_gone", ""], null, { do: "each" }],
    [
      "a right that the bot lacks, for such messages or for all",
      ["no_rights", ""],
      null,
      { do: "go singly" },
    ],
    ["a run that was stopped", ["stopped", ""], 1, { do: "each" }],
  ])("%s", (_, why, medium, then) => {
    expect(afterPack(failure(...why), medium)).toEqual(then);
  });
});

describe("halving", () => {
  /** Calls until every bad one of these is alone, and what was posted or set free on the way. */
  function isolate(media: readonly number[], bad: ReadonlySet<number>) {
    const isRefused = (pack: readonly number[]) => pack.some((each) => bad.has(each));
    let [calls, suspects] = [0, media];
    const posted: number[] = [];
    const free: number[] = [];
    while (suspects.length > 1) {
      const halves = halve(suspects);
      calls += 1;
      const refused = isRefused(halves.first);
      if (!refused) posted.push(...halves.first);
      const narrowed = narrow(halves, refused);
      free.push(...narrowed.free);
      suspects = narrowed.suspects;
    }
    return { calls, alone: suspects[0], posted, free };
  }

  it("finds one bad medium among fifty, wherever it is, in six calls, and loses none", () => {
    const media = Array.from({ length: 50 }, (_, i) => i);
    for (const bad of media) {
      const { calls, alone, posted, free } = isolate(media, new Set([bad]));
      expect(alone).toBe(bad);
      expect(calls).toBeLessThanOrEqual(6);
      expect([...posted, ...free, bad].sort((a, b) => a - b)).toEqual(media);
    }
  });

  it("comes to one of several, and sets free what it did not try", () => {
    const media = Array.from({ length: 8 }, (_, i) => i);
    expect(isolate(media, new Set([1, 6]))).toEqual({
      calls: 3,
      alone: 1,
      posted: [0],
      free: [4, 5, 6, 7, 2, 3],
    });
  });
});

describe("what a canary says", () => {
  const times = { started: 0, bodyEnd: 0, ended: 1 };
  const no = (...given: Parameters<typeof failure>): SendAnswer => ({
    ok: false,
    failure: failure(...given),
    times,
  });
  it.each<[string, MediaKind, SendAnswer, string]>([
    ["its method sends it", "photo", { ok: true, value: sent(), times }, "ordinary"],
    ["within its family", "video", { ok: true, value: sent({ kind: "animation" }), times }, "ordinary"],
    ["as something else", "photo", { ok: true, value: sent({ kind: "document" }), times }, "rich_only"],
    ["the medium is refused", "photo", no("photo_dimensions", "too large"), "rich_only"],
    [
      "a refusal that nobody knows of more than the id",
      "photo",
      no("refused_unclear", "no", { code: 403 }),
      "open",
    ],
    ["the id is refused", "photo", no("file_id_dead", "wrong file identifier"), "rich_only"],
    ["refused by a text that nobody knows", "photo", no("refused_unclear", "no", { code: 400 }), "rich_only"],
    ["a wait", "photo", no("flood_wait", "wait"), "open"],
    ["no answer", "photo", no("answer_lost", "lost"), "open"],
    ["the chat is gone", "photo", no("chat_gone", "gone"), "open"],
  ])("%s", (_, kind, answer, expected) => {
    expect(canaryVerdict(kind, answer)).toBe(expected);
  });
});
