import { describe, expect, it } from "vitest";
import { Emitter } from "../../src/domain/events.ts";
import { failure } from "../../src/domain/failure.ts";
import { isEverywhere, itemOf } from "../../src/pipeline/adopt/adopted.ts";
import type { Adoptable } from "../../src/pipeline/adopt/adoption.ts";
import { AdoptChats } from "../../src/pipeline/adopt/chats.ts";
import type { Bot, ChatInfo } from "../../src/telegram/port.ts";
import { lane, NEVER, scene } from "../lanes/clocked-lanes.ts";

const POSTED = { chatId: "-1", caption: "abcdefghij", inPack: false } as unknown as Adoptable["posted"];
const SENT_BY = "bot one in -1 (a chat)";

/** A chat that bot `one` is asked about, and what was told of it. */
function openChat(more: Partial<ChatInfo>, rights: object) {
  const { clock, lanes } = scene([lane("one", "-1"), lane("one", "-2")]);
  const told: string[] = [];
  let asked = 0;
  const bot = {
    slug: "one",
    rightsIn: async () => {
      asked += 1;
      return rights;
    },
  } as unknown as Bot;
  const chat = { id: "-1", type: "channel", title: "a chat", ...more } as ChatInfo;
  const events = new Emitter().on("notice", ({ text }) => told.push(text));
  const chats = new AdoptChats({
    ...{ lanes, clock, events, draining: NEVER, from: "shop" },
    adoptLanes: [{ bot, chat }],
  });
  return { chats, told, asked: () => asked };
}

const may = (editsOthers: boolean) => ({ ok: true, value: { editsOthers } });
const UNSAID = { ok: false, failure: failure("no_rights", "no") };
const EDIT = `${SENT_BY} adopts what shop posted by an edit of its caption that nobody sees (1 call a row, no bytes; warming takes 1 call and the bytes)`;
const FORWARD = `${SENT_BY} adopts what shop posted by a forward that is deleted again (2 calls a row, no bytes; warming takes 1 call and the bytes)`;
const NOT = `${SENT_BY} cannot get at what shop posted: it is warmed`;

describe("what a bot may do with messages of another", () => {
  it.each<[string, Partial<ChatInfo>, object, "edit" | "forward" | null, string]>([
    ["it may edit them", {}, may(true), "edit", EDIT],
    ["it may not", {}, may(false), "forward", FORWARD],
    ["it may not, in a protected chat", { isProtected: true }, may(false), null, NOT],
    ["nobody says, in a channel", {}, UNSAID, "edit", EDIT],
    ["nobody says, elsewhere", { type: "supergroup" }, UNSAID, "forward", FORWARD],
    ["messages have numbers of its own", { type: "group" }, may(true), null, NOT],
    ["it is a private chat", { type: "private" }, may(true), null, NOT],
  ])("where %s", async (_, chat, rights, way, text) => {
    const { chats, told, asked } = openChat(chat, rights);
    expect([await chats.wayTo("one", POSTED), await chats.wayTo("one", POSTED)]).toEqual([way, way]);
    expect([told, asked()]).toEqual([[text], 1]);
  });

  it("is nothing where it has no lane, and no edit where nobody knows the caption", async () => {
    const { chats, told } = openChat({}, may(true));
    expect([await chats.wayTo("two", POSTED), await chats.wayTo("one", { ...POSTED, chatId: "-2" })]).toEqual(
      [null, null],
    );
    expect(told).toEqual([]);
    expect(await chats.wayTo("one", { ...POSTED, caption: null })).toBe("forward");
  });

  it("is no longer what the chat refuses", async () => {
    const { chats } = openChat({}, may(true));
    await chats.refuse("one", "-1", "edit");
    expect(await chats.wayTo("one", POSTED)).toBe("forward");
    await chats.refuse("one", "-1", "forward");
    expect(await chats.wayTo("one", POSTED)).toBeNull();
    await chats.refuse("two", "-1", "edit");
  });
});

describe("what is said of an adopted row", () => {
  const task = { entry: { key: "a.jpg", bytes: 9 }, bot: "one", kind: "photo", queuedAt: 1_000, calls: 2 };
  const row = { task, posted: POSTED, way: "edit" } as unknown as Adoptable;

  it.each([
    ["most of it waiting", 300, 700],
    ["more calls at once than time went by", 1_500, 0],
  ])("is how long it took, %s", (_, sendMs, waited) => {
    const item = itemOf(row, { calls: 3, sendMs, now: 2_000 }, { status: "ready" });
    expect(item).toMatchObject({ key: "a.jpg", bot: "one", attempts: 5, chatId: "-1", status: "ready" });
    expect(item.latency).toMatchObject({ total: 1_000, lane: waited, send: sendMs, queue: 0, download: 0 });
  });

  it("tells what a chat refuses of all messages from what it refuses of one", () => {
    const reasons = ["message_locked", "message_protected", "message_missing"] as const;
    expect(reasons.map((reason) => isEverywhere(failure(reason, "")))).toEqual([true, true, false]);
  });
});
