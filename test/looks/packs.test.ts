import { describe, expect, it } from "vitest";
import type { MediaKind } from "../../src/domain/media.ts";
import { matchPack } from "../../src/looks/match-pack.ts";
import type { ChatOptions } from "../../src/sandbox/bot-api/options.ts";
import type { PackBlock } from "../../src/telegram/pack-port.ts";
import type { SeenMessage, Sent } from "../../src/telegram/port.ts";
import { chatScene } from "./chat-scene.ts";

const LATER = 700_000;
const OWN_ONLY: ChatOptions = { id: -1_001_000_000_001, type: "channel", title: "own", canEditMessages: [] };
const EDITOR: ChatOptions = { id: -1_001_000_000_002, type: "channel", title: "editor" };
const GROUP: ChatOptions = { id: -44, type: "group", title: "group" };

const asked = { chatId: "-1001", messageId: 7 };
const sent = (kind: Sent["kind"], fileId: string): Sent => ({
  ...asked,
  kind,
  fileId,
  fileUniqueId: `u-${fileId}`,
  width: null,
  height: null,
  duration: null,
  mime: null,
});
const block = (caption: string | null, kind: Sent["kind"] | null = "photo"): PackBlock => ({
  caption,
  sent: kind && sent(kind, `id-${caption}`),
  bytes: null,
});
const call = (tag: string, index: number, { kind = "photo" as MediaKind, id = "p" } = {}) => ({
  tag,
  kind,
  pack: { id, index, messageId: null, lost: 3 },
});
const seen = (...blocks: PackBlock[]): SeenMessage => ({
  ...asked,
  caption: null,
  media: null,
  blocks,
  from: null,
  isForwarded: false,
  originId: null,
});

describe("what a message of several media says of lost calls", () => {
  const [a, b, c] = [call("a", 0), call("b", 1), call("c", 2)];
  const other = call("x", 0, { id: "q" });
  const single = { tag: "s", kind: "photo" as const, pack: null };
  const all = [other, single, a, b, c];
  const whole = seen(block("a"), block("b"), block("c"));
  it.each<[string, SeenMessage, typeof all, { found?: string; absent?: string; why?: string }]>([
    ["each of its media is found", whole, all, { found: "a b c" }],
    ["those that are looked for", whole, [other, c], { found: "c" }],
    ["not those of another message", seen(block("y"), block("z")), all, {}],
    [
      "nothing is said of one that may be it, without its tags",
      seen(block(null), block(null), block(null)),
      [a, b, c],
      { why: "its media have no tags" },
    ],
    ["not one without tags whose media are others", seen(block(null, "document")), [a, b, c], {}],
    ["nothing where it holds one medium", { ...whole, blocks: null }, all, {}],
    ["nothing where it is a copy of another", { ...whole, originId: 5 }, all, {}],
    ["a copy of what was asked for", { ...whole, originId: 7 }, all, { found: "a b c" }],
    ["what was cut from its end is not there", seen(block("a")), all, { found: "a", absent: "b c" }],
    [
      "nothing is believed of another order",
      seen(block("b"), block("a"), block("c")),
      all,
      { why: "medium 1 was tagged a and has b there" },
    ],
    [
      "nor where one is missing in between",
      seen(block("a"), block("c")),
      all,
      { why: "medium 2 was tagged b and has c there" },
    ],
    [
      "nor where one has no tag",
      seen(block("a"), block(null), block("c")),
      all,
      { why: "medium 2 was tagged b and has no tag there" },
    ],
    [
      "nor where one is of another family",
      seen(block("a"), block("b", "audio"), block("c")),
      all,
      { why: "medium 2 was sent as photo and is a audio" },
    ],
    ["nor where one has no id", seen(block("a", null), block("b")), all, { why: "medium 1 has no file_id" }],
    [
      "another kind of its family is one",
      seen(block("v", "animation")),
      [call("v", 0, { kind: "video" })],
      { found: "v" },
    ],
  ])("%s", (_, message, calls, expected) => {
    const { found, absent, mismatched } = matchPack(message, asked, calls);
    expect({
      found: found.map((each) => each.call.tag).join(" ") || undefined,
      absent: absent.map(({ tag }) => tag).join(" ") || undefined,
      why: mismatched?.why,
    }).toEqual({ found: undefined, absent: undefined, why: undefined, ...expected });
    for (const { call: one, media } of found)
      expect(media).toEqual({ ...sent(media.kind, `id-${one.tag}`), ...asked });
    if (mismatched) expect(mismatched.calls).toEqual([a, b, c]);
  });
});

const found = (from: number, to: number, id: number | null) =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, n) => [`${from + n}.bin`, `found ${id}`]));

describe("a lost message of several media", () => {
  it.each([
    ["by edits", OWN_ONLY],
    ["by forwards", EDITOR],
    ["in a basic group", GROUP],
  ])("is found whole by one look, %s, and nothing is left of that", async (_, chat) => {
    const scene = await chatScene(chat);
    await scene.call("answered");
    const first = await scene.pack(20);
    const second = await scene.pack(3);
    scene.pass(LATER);
    await scene.call("answered");
    const before = await scene.chat();
    expect(await scene.ask()).toEqual({ ...found(2, 21, first), ...found(22, 24, second) });
    expect(scene.looked.map(({ messageId }) => messageId)).toEqual([first, second]);
    // Two calls each: a look, and what it takes to leave nothing of it.
    expect(scene.calls()).toHaveLength(4);
    expect(await scene.chat()).toEqual(before);
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
  });

  it("is proved absent with all its media by one look at where it could be", async () => {
    const scene = await chatScene(OWN_ONLY);
    await scene.call("answered");
    await scene.pack(30, 0);
    await scene.posted("somebody else's");
    scene.pass(LATER);
    await scene.call("answered");
    const ends = Object.values(await scene.ask());
    expect([ends.length, new Set(ends)]).toEqual([30, new Set(["absent"])]);
    expect(scene.looked).toHaveLength(1);
  });

  it("has the media up to its end, and those behind are proved absent", async () => {
    const scene = await chatScene(OWN_ONLY);
    await scene.call("answered");
    const id = await scene.pack(5, 3);
    scene.pass(LATER);
    await scene.call("answered");
    expect(await scene.ask()).toEqual({ ...found(2, 4, id), "5.bin": "absent", "6.bin": "absent" });
  });

  it("is looked at where another of its media stands, though nothing else bounds it", async () => {
    const scene = await chatScene(OWN_ONLY);
    const id = await scene.pack(4);
    scene.pass(LATER);
    const looks = scene.open();
    // The first was found by somebody else, so that its message is known.
    const [one] = await scene.lost();
    await scene.confirm(one, id);
    expect(await scene.ask(looks)).toEqual(found(2, 4, id));
    expect(scene.looked.map(({ messageId }) => messageId)).toEqual([id]);
  });

  it("is not looked at again for those that are asked for later", async () => {
    const scene = await chatScene(OWN_ONLY);
    await scene.call("answered");
    const id = await scene.pack(4);
    scene.pass(LATER);
    await scene.call("answered");
    const looks = scene.open();
    const all = await scene.lost();
    expect(await scene.ask(looks, all.slice(0, 2))).toEqual(found(2, 3, id));
    expect(await scene.ask(looks, all.slice(2))).toEqual(found(4, 5, id));
    expect(scene.looked).toHaveLength(1);
  });

  it("of which nothing can be believed stays in doubt, and says so", async () => {
    const scene = await chatScene(OWN_ONLY);
    await scene.call("answered");
    await scene.pack(3);
    scene.pass(LATER);
    await scene.call("answered");
    const [first, second, third] = await scene.lost();
    if (!first || !second || !third) throw new Error("not lost");
    const swapped = [first, { ...second, tag: third.tag }, { ...third, tag: second.tag }];
    const ends = Object.values(await scene.ask(scene.open(), swapped));
    expect(ends).toHaveLength(3);
    for (const end of ends) expect(end).toMatch(/^open: its message \d+ is not as it was sent: medium 2/);
  });
});
