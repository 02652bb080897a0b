import { describe, expect, it } from "vitest";
import { LaneHeld } from "../../src/domain/shared-work.ts";
import type { ChatOptions } from "../../src/sandbox/bot-api/options.ts";
import { chatScene, OTHER_TOKEN, tagOf } from "./chat-scene.ts";

/** Long enough for a lost call to be settled. */
const LATER = 700_000;

const OWN_ONLY: ChatOptions = { id: -1_001_000_000_001, type: "channel", title: "own", canEditMessages: [] };
const EDITOR: ChatOptions = { id: -1_001_000_000_002, type: "channel", title: "editor" };
const SUPERGROUP: ChatOptions = { id: -1_001_000_000_003, type: "supergroup", title: "supergroup" };
const GROUP: ChatOptions = { id: -44, type: "group", title: "group" };
const PRIVATE: ChatOptions = { id: 78, type: "private", title: "Grace" };

describe("lost messages are found, and what never came is proved absent", () => {
  it.each([
    ["a channel, by edits", OWN_ONLY, "edit"],
    ["a channel where posts of others could be edited, by forwards", EDITOR, "forward"],
    ["a supergroup", SUPERGROUP, "edit"],
    ["a basic group", GROUP, "edit"],
    ["a private chat", PRIVATE, "edit"],
  ])("in %s", async (_, chat, way) => {
    const scene = await chatScene(chat);
    await scene.call("answered");
    const second = await scene.call("lost");
    await scene.posted("somebody else's", OTHER_TOKEN).catch(() => {});
    scene.server.control({ post: { chat: chat.id, by: "Ada", text: "hello" } });
    await scene.call("answered");
    await scene.call("never");
    const fifth = await scene.call("lost");
    scene.pass(LATER);
    await scene.call("answered");
    const before = await scene.chat();
    expect(await scene.ask()).toEqual({
      "2.bin": `found ${second}`,
      "4.bin": "absent",
      "5.bin": `found ${fifth}`,
    });
    expect(new Set(scene.looked.map((each) => each.way))).toEqual(new Set([way]));
    // Nothing is left of it: no copy, no changed caption, no button.
    expect(await scene.chat()).toEqual(before);
    for (const id of [second, fifth])
      expect(await scene.bot.editReplyMarkup(String(chat.id), id ?? 0, null)).toMatchObject({
        value: "not modified",
      });
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
    expect(await scene.ask()).toEqual({ "4.bin": "absent" });
  });
});

it("asks for each id once, however many are lost, and tells strangers' posts by one call each", async () => {
  const scene = await chatScene(OWN_ONLY);
  await scene.call("answered");
  for (let each = 0; each < 5; each++) {
    await scene.call("lost");
    scene.server.control({ post: { chat: OWN_ONLY.id, by: "Ada", text: "hello" } });
    await scene.call("never");
  }
  scene.pass(LATER);
  await scene.call("answered");
  const ends = Object.values(await scene.ask());
  expect(ends.filter((end) => end.startsWith("found"))).toHaveLength(5);
  expect(ends.filter((end) => end === "absent")).toHaveLength(5);
  const ids = scene.looked.map(({ messageId }) => messageId);
  expect(new Set(ids).size).toBe(ids.length);
  // Two calls for each that was found, one for each of somebody else's.
  expect(scene.calls()).toHaveLength(5 * 2 + 5);
});

it("makes a post of its own where none came later, and takes it away", async () => {
  for (const chat of [OWN_ONLY, EDITOR, GROUP]) {
    const scene = await chatScene(chat);
    await scene.call("answered");
    await scene.call("never");
    scene.pass(LATER);
    const before = await scene.chat();
    expect(await scene.ask()).toEqual({ "2.bin": "absent" });
    expect(await scene.chat()).toEqual(before);
    expect(scene.looked.map((each) => `${each.way} ${each.seen}`)).toEqual(["forward message"]);
  }
});

it.each([
  ["edits", OWN_ONLY],
  ["forwards", EDITOR],
])(
  "by %s, waits where another process was told not to call there, and goes on after that",
  async (_, chat) => {
    const scene = await chatScene(chat);
    await scene.call("answered");
    const lost = await scene.call("lost");
    scene.pass(LATER);
    const { beginLook } = scene.ledger;
    const held = [1_000, 2_000];
    const beginUnlessHeld: typeof beginLook = async (look) => {
      const forMs = held.shift();
      if (forMs !== undefined) throw new LaneHeld(forMs);
      return beginLook(look);
    };
    Object.assign(scene.ledger, { beginLook: beginUnlessHeld });
    expect(await scene.ask()).toEqual({ "2.bin": `found ${lost}` });
    expect(held).toEqual([]);
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
  },
);

it("makes that post of a message that is there, where the last one in the other chat is a copy that has gone", async () => {
  const scene = await chatScene(OWN_ONLY);
  const elsewhere = (await scene.call("answered", { to: 77 })) ?? 0;
  await scene.call("never");
  const other = { bot: "default", chatId: "77", messageId: elsewhere, way: "forward" } as const;
  const look = await scene.ledger.beginLook({ ...other, attempt: 1 });
  await scene.ledger.copied(look, elsewhere + 1);
  await scene.ledger.endLook(look);
  scene.pass(LATER);
  expect(await scene.ask()).toEqual({ "2.bin": "absent" });
  expect(await scene.chat()).toEqual([]);
});

it("is not asked before its message can come no more", async () => {
  const scene = await chatScene(OWN_ONLY);
  await scene.call("answered");
  await scene.call("never");
  scene.pass(590_000);
  expect(Object.values(await scene.ask())[0]).toMatch(/^later \d+$/);
  expect(scene.calls()).toEqual([]);
  await scene.posted(tagOf("2.bin"));
  scene.pass(20_000);
  expect(await scene.ask()).toEqual({ "2.bin": "found 2" });
});

it.each([
  ["where nothing is allowed", { ...EDITOR, protected: true }, /neither edit nor forward/],
  ["without a tag", OWN_ONLY, /without a tag/],
])("cannot be checked %s, which is said", async (what, chat, why) => {
  const scene = await chatScene(chat);
  await scene.call("answered");
  await scene.call("lost", { tagged: what !== "without a tag" });
  scene.pass(LATER);
  expect(Object.values(await scene.ask())[0]).toMatch(why);
  expect(Object.values(await scene.ask())[0]).toMatch(/^unchecked: /);
  expect(scene.calls()).toEqual([]);
});

it("cannot be checked in a chat that is gone, or became another one", async () => {
  for (const change of [{ delete: true }, { migrate_to: -1_001_000_000_009 }]) {
    const scene = await chatScene(GROUP);
    await scene.call("answered");
    await scene.call("lost");
    scene.pass(LATER);
    scene.server.control({ chat: { id: GROUP.id, ...change } });
    expect(Object.values(await scene.ask())[0]).toMatch(/^unchecked: /);
  }
});

it("stays open with more posts of others than are asked for, and without any of ours to begin from", async () => {
  const scene = await chatScene(OWN_ONLY);
  await scene.call("answered");
  await scene.call("never");
  scene.server.control({ post: { chat: OWN_ONLY.id, by: "Ada", text: "hello", count: 250 } });
  scene.pass(LATER);
  await scene.call("answered");
  expect(Object.values(await scene.ask())[0]).toMatch(/^open: more than 200/);
  expect(scene.looked.filter(({ way }) => way === "edit").length).toBeLessThanOrEqual(201);
  const alone = await chatScene(OWN_ONLY);
  await alone.call("lost");
  alone.pass(LATER);
  expect(Object.values(await alone.ask())[0]).toMatch(/^open: no message of ours/);
});

it("proves absence by forwards where not even a post of ours may be edited", async () => {
  const scene = await chatScene(OWN_ONLY);
  const first = await scene.call("answered");
  await scene.call("never");
  await scene.posted("somebody else's", OTHER_TOKEN);
  scene.pass(LATER);
  const last = await scene.call("answered");
  // Both of ours that are known are gone: no edit of ours can be tried.
  scene.server.control({ delete_messages: { chat: OWN_ONLY.id, message_ids: [first, last] } });
  expect(await scene.ask()).toEqual({ "2.bin": "absent" });
  expect(scene.looked.map((each) => `${each.way} ${each.seen}`)).toEqual([
    "edit locked",
    "edit missing",
    "edit missing",
    "forward message",
  ]);
});

describe("what a crash left in the chat", () => {
  it("is taken away: a button, a copy, and in a channel a copy of which nobody knows the id", async () => {
    const scene = await chatScene(EDITOR);
    await scene.call("answered");
    const lost = (await scene.call("lost")) ?? 0;
    const chat = String(EDITOR.id);
    const before = await scene.chat();
    await scene.left(lost, "edit");
    await scene.bot.editReplyMarkup(chat, lost, "·");
    const known = await scene.left(lost, "forward");
    const copy = await scene.bot.forward(chat, chat, lost);
    await scene.ledger.copied(known, copy.ok ? copy.value.messageId : 0);
    await scene.left(lost, "forward");
    await scene.bot.forward(chat, chat, lost);
    expect(await scene.chat()).toHaveLength(before.length + 2);
    await scene.open().clear();
    expect(await scene.chat()).toEqual(before);
    expect(await scene.bot.editReplyMarkup(chat, lost, null)).toMatchObject({ value: "not modified" });
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
  });

  it.each([
    ["a channel", EDITOR],
    ["a supergroup", SUPERGROUP],
    ["a basic group", GROUP],
  ])("is known by its tag, also where it came from another chat: in %s", async (_, chat) => {
    const scene = await chatScene(chat);
    const elsewhere = await scene.call("answered", { to: 77 });
    const here = (await scene.call("answered")) ?? 0;
    await scene.call("never");
    const before = await scene.chat();
    for (const [from, id] of [
      ["77", elsewhere ?? 0],
      [String(chat.id), here],
    ] as const) {
      await scene.left(id, "forward");
      expect((await scene.bot.forward(String(chat.id), from, id)).ok).toBe(true);
    }
    expect(await scene.chat()).toHaveLength(before.length + 2);
    await scene.open().clear();
    expect(await scene.chat()).toEqual(before);
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
    expect(scene.notices).toEqual([]);
  });

  it("is known too where it is a copy of what another look left", async () => {
    const scene = await chatScene(EDITOR);
    const first = (await scene.call("answered")) ?? 0;
    await scene.call("never");
    const before = await scene.chat();
    const chat = String(EDITOR.id);
    await scene.left(first, "forward");
    const copy = await scene.bot.forward(chat, chat, first);
    const copyId = copy.ok ? copy.value.messageId : 0;
    await scene.left(copyId, "forward");
    expect((await scene.bot.forward(chat, chat, copyId)).ok).toBe(true);
    expect(await scene.chat()).toHaveLength(before.length + 2);
    await scene.open().clear();
    expect(await scene.chat()).toEqual(before);
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
    expect(scene.notices).toEqual([]);
  });

  it("is known too where the clock was put back since the copy before it was made", async () => {
    const scene = await chatScene(EDITOR);
    const first = (await scene.call("answered")) ?? 0;
    await scene.call("never");
    const before = await scene.chat();
    const chat = String(EDITOR.id);
    const copy = async () => {
      const look = await scene.left(first, "forward");
      const made = await scene.bot.forward(chat, chat, first);
      return { look, id: made.ok ? made.value.messageId : 0 };
    };
    scene.pass(LATER);
    const known = await copy();
    await scene.ledger.copied(known.look, known.id);
    await scene.bot.deleteMessage(chat, known.id);
    await scene.ledger.endLook(known.look);
    scene.pass(2_000 - LATER);
    await copy();
    await scene.open().clear();
    expect(await scene.chat()).toEqual(before);
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
    expect(scene.notices).toEqual([]);
  });

  it("is known too where what it is a copy of was taken away before", async () => {
    const scene = await chatScene(EDITOR);
    const first = (await scene.call("answered")) ?? 0;
    await scene.call("never");
    const before = await scene.chat();
    const chat = String(EDITOR.id);
    await scene.left(first, "forward");
    await scene.bot.forward(chat, chat, first);
    // The answer to the forward that shows the copy is lost, which leaves a copy of the copy.
    const drop = { match: { method: "forwardMessage", nth: 1 }, fault: { type: "post_then_drop" } };
    scene.server.control({ faults: [{ server: "bot-api", ...drop }] });
    await scene.open().clear();
    expect(await scene.chat()).toHaveLength(before.length + 1);
    scene.server.control({ faults: [] });
    await scene.ofNextRun().clear();
    expect(await scene.chat()).toEqual(before);
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
  });

  it("is looked for another time where what may be it was not shown", async () => {
    const scene = await chatScene(EDITOR);
    const first = (await scene.call("answered")) ?? 0;
    await scene.call("never");
    const before = await scene.chat();
    await scene.left(first, "forward");
    await scene.bot.forward(String(EDITOR.id), String(EDITOR.id), first);
    const refuse = {
      match: { method: "forwardMessage" },
      fault: { type: "status", status: 400, description: "Bad Request: NEW_TEXT" },
    };
    scene.server.control({ faults: [{ server: "bot-api", ...refuse }] });
    await scene.open().clear();
    expect(scene.notices).toEqual([]);
    scene.server.control({ faults: [] });
    await scene.ofNextRun().clear();
    expect(await scene.chat()).toEqual(before);
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
  });

  it("is asked for once where nothing can be forwarded by now, and told of", async () => {
    const scene = await chatScene(EDITOR);
    const first = (await scene.call("answered")) ?? 0;
    for (let each = 0; each < 3; each++) await scene.posted("somebody else's", OTHER_TOKEN);
    await scene.call("never");
    await scene.left(first, "forward");
    const refuse = {
      match: { method: "forwardMessage" },
      fault: {
        type: "status",
        status: 400,
        description: "Bad Request: message has protected content and can't be forwarded",
      },
    };
    scene.server.control({ faults: [{ server: "bot-api", ...refuse }] });
    await scene.open().clear();
    expect(scene.looked).toMatchObject([{ way: "forward", seen: "protected" }]);
    expect(scene.notices).toEqual([expect.stringContaining(`a copy of message ${first} may be left`)]);
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
  });

  it("is looked for once a message of ours is known in its chat", async () => {
    const scene = await chatScene(OWN_ONLY);
    const elsewhere = (await scene.call("answered", { to: 77 })) ?? 0;
    await scene.call("never");
    await scene.left(elsewhere, "forward");
    await scene.bot.forward(String(OWN_ONLY.id), "77", elsewhere);
    await scene.open().clear();
    expect(await scene.chat()).toHaveLength(1);
    await scene.call("answered");
    await scene.open().clear();
    expect(await scene.chat()).toEqual([`2 ${tagOf("3.bin")}`]);
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
    expect(scene.notices).toEqual([]);
  });

  it("is looked for below a copy that is made for that, where nothing of ours is known and it can come no more", async () => {
    const scene = await chatScene(OWN_ONLY);
    const elsewhere = (await scene.call("answered", { to: 77 })) ?? 0;
    await scene.call("never");
    for (let each = 0; each < 30; each++) await scene.posted("somebody else's", OTHER_TOKEN);
    const before = await scene.chat();
    await scene.left(elsewhere, "forward");
    await scene.bot.forward(String(OWN_ONLY.id), "77", elsewhere);
    await scene.posted("a later one", OTHER_TOKEN);
    scene.pass(LATER);
    await scene.open().clear();
    expect(await scene.chat()).toEqual([...before, "32 a later one"]);
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
    expect(scene.notices).toEqual([]);
  });

  it("is not taken for the copy of a later look, which would prove that what was posted between the two is not there", async () => {
    const scene = await chatScene(EDITOR);
    const first = (await scene.call("answered")) ?? 0;
    await scene.call("never");
    const chat = String(EDITOR.id);
    const copy = async () => {
      await scene.left(first, "forward");
      expect((await scene.bot.forward(chat, chat, first)).ok).toBe(true);
      scene.pass(LATER);
    };
    await copy();
    const lost = await scene.call("lost");
    scene.pass(LATER);
    await copy();
    await scene.open().clear();
    expect(await scene.chat()).toEqual([`${first} ${tagOf("1.bin")}`, `${lost} ${tagOf("3.bin")}`]);
    expect(scene.notices).toEqual([]);
    expect(await scene.ask()).toEqual({ "2.bin": "absent", "3.bin": `found ${lost}` });
  });

  it("is known from then on where it could not be taken away, as are those behind it", async () => {
    const scene = await chatScene(EDITOR);
    const first = (await scene.call("answered")) ?? 0;
    await scene.call("never");
    const before = await scene.chat();
    const copy = async () => {
      await scene.left(first, "forward");
      expect((await scene.bot.forward(String(EDITOR.id), String(EDITOR.id), first)).ok).toBe(true);
    };
    const copies = async () =>
      (await scene.ledger.leftLooks(["default"])).map(({ copyId }) => Number(copyId) - first);
    await copy();
    await copy();
    const refuse = {
      match: { method: "deleteMessage" },
      fault: { type: "status", status: 400, description: "Bad Request: NEW_TEXT" },
    };
    scene.server.control({ faults: [{ server: "bot-api", ...refuse }] });
    await scene.open().clear();
    // And the copies by which these two were seen.
    expect(await copies()).toEqual([1, 2, 3, 4]);
    scene.pass(LATER);
    await copy();
    await scene.ofNextRun().clear();
    expect((await copies()).slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
    scene.server.control({ faults: [] });
    await scene.ofNextRun().clear();
    expect(await scene.chat()).toEqual(before);
    expect(scene.notices).toEqual([]);
  });

  it("is told of no more where another process, whose look it was, has ended that meanwhile", async () => {
    const scene = await chatScene(EDITOR);
    const first = (await scene.call("answered")) ?? 0;
    await scene.call("never");
    const look = await scene.left(first, "forward");
    scene.events.on("look", () => void scene.ledger.endLook(look));
    await scene.open().clear();
    expect(scene.looked.length).toBeGreaterThan(0);
    expect(scene.notices).toEqual([]);
  });

  it("is told where nobody can say which it is", async () => {
    const scene = await chatScene(GROUP);
    await scene.call("answered", { tagged: false });
    await scene.call("never");
    await scene.left(1, "forward");
    await scene.bot.forward(String(GROUP.id), String(GROUP.id), 1);
    await scene.open().clear();
    expect(scene.notices).toEqual([expect.stringContaining("a copy of message 1 may be left in -44")]);
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
  });
});

it.each([
  ["the bot was removed", 403, "Forbidden: bot was kicked from the channel chat"],
  ["of a text that nobody knows", 400, "Bad Request: NEW_TEXT"],
])("takes a button away later where that was refused since %s", async (_, status, description) => {
  const scene = await chatScene(OWN_ONLY);
  await scene.call("answered");
  const id = (await scene.call("lost")) ?? 0;
  scene.pass(LATER);
  await scene.call("answered");
  const refuse = {
    match: { method: "editMessageReplyMarkup", nth: 2, count: 10 },
    fault: { type: "status", status, description },
  };
  scene.server.control({ faults: [{ server: "bot-api", ...refuse }] });
  expect(await scene.ask()).toEqual({ "2.bin": `found ${id}` });
  scene.server.control({ faults: [] });
  expect(await scene.ledger.leftLooks(["default"])).toMatchObject([{ messageId: id, way: "edit" }]);
  await scene.ofNextRun().clear();
  expect(await scene.bot.editReplyMarkup(String(OWN_ONLY.id), id, null)).toMatchObject({
    value: "not modified",
  });
  expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
});

it("takes a message for none of ours no more that could not be forwarded, once its chat is protected", async () => {
  const scene = await chatScene(EDITOR);
  await scene.call("answered");
  const first = await scene.call("lost");
  const second = await scene.call("lost");
  scene.pass(LATER);
  await scene.call("answered");
  scene.events.on("look", () => scene.server.control({ chat: { id: EDITOR.id, protect: true } }));
  const { "2.bin": found, "3.bin": hidden } = await scene.ask();
  expect(found).toBe(`found ${first}`);
  expect(hidden).toMatch(/^unchecked: .*neither edit nor forward/);
  scene.server.control({ chat: { id: EDITOR.id, protect: false } });
  expect(await scene.ask(scene.ofNextRun())).toEqual({ "3.bin": `found ${second}` });
});

it.each([
  ["a button", OWN_ONLY],
  ["a copy", EDITOR],
])(
  "leaves nothing to a process that begins while it waits for its turn, which would take it for what a crash left: %s",
  async (_, chat) => {
    const scene = await chatScene(chat);
    await scene.call("answered");
    const id = await scene.call("lost");
    scene.pass(LATER);
    await scene.call("answered");
    const before = await scene.chat();
    const { lanes, lane, ledger } = scene;
    let polls = 0;
    const waited = new Promise<void>((resolve) => {
      const { takeIn } = lanes;
      lanes.takeIn = (...place) => {
        polls += 1;
        if (polls === 5) resolve();
        return takeIn.apply(lanes, place);
      };
    });
    // Another process has the lane.
    lane.leasedUntil = Number.NEGATIVE_INFINITY;
    const asking = scene.ask();
    await waited;
    expect(await ledger.leftLooks(["default"])).toEqual([]);
    lane.leasedUntil = Number.POSITIVE_INFINITY;
    expect(await asking).toEqual({ "2.bin": `found ${id}` });
    expect(await scene.chat()).toEqual(before);
    expect(await ledger.leftLooks(["default"])).toEqual([]);
  },
);

it("leaves no copy of a forward whose answer was lost and that was made again", async () => {
  const scene = await chatScene(EDITOR);
  await scene.call("answered");
  const id = await scene.call("lost");
  scene.pass(LATER);
  await scene.call("answered");
  const before = await scene.chat();
  const drop = { match: { method: "forwardMessage", nth: 1 }, fault: { type: "post_then_drop" } };
  scene.server.control({ faults: [{ server: "bot-api", ...drop }] });
  expect(await scene.ask()).toEqual({ "2.bin": `found ${id}` });
  expect(await scene.chat()).toHaveLength(before.length + 1);
  await scene.open().clear();
  expect(await scene.chat()).toEqual(before);
  expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
});

it("asks by forwards where an edit shows nothing, though forwards do", async () => {
  const scene = await chatScene(OWN_ONLY);
  await scene.call("answered");
  const id = await scene.call("lost");
  await scene.call("never");
  scene.pass(LATER);
  await scene.call("answered");
  const drop = { match: { method: "editMessageReplyMarkup" }, fault: { type: "post_then_drop" } };
  scene.server.control({ faults: [{ server: "bot-api", ...drop }] });
  expect(await scene.ask()).toEqual({ "2.bin": `found ${id}`, "3.bin": "absent" });
});

it("edits no more once the right to edit posts of others is given in mid-run", async () => {
  const scene = await chatScene(OWN_ONLY);
  await scene.call("answered");
  for (let each = 0; each < 3; each++) {
    await scene.posted("somebody else's", OTHER_TOKEN);
    await scene.call("lost");
  }
  scene.pass(LATER);
  await scene.call("answered");
  scene.server.control({ chat: { id: OWN_ONLY.id, edit_messages: true } });
  const looks = scene.open();
  const asked = scene.bot.rightsIn.bind(scene.bot);
  let times = 0;
  scene.bot.rightsIn = async (chat) => {
    const answer = await asked(chat);
    times += 1;
    return times === 1 && answer.ok ? { ...answer, value: { editsOthers: false } } : answer;
  };
  const ends = Object.values(await scene.ask(looks));
  expect(ends.every((end) => end.startsWith("found"))).toBe(true);
  expect(scene.looked.map(({ way }) => way)).toEqual(["edit", ...Array(5).fill("forward")]);
});

it("asks again what it may do while it looks, before an edit could touch a stranger's post", async () => {
  const scene = await chatScene(OWN_ONLY);
  await scene.call("answered");
  await scene.call("never");
  for (let each = 0; each < 3; each++) await scene.posted("somebody else's", OTHER_TOKEN);
  scene.pass(LATER);
  await scene.call("answered");
  scene.events.on("look", () => {
    if (scene.looked.length > 1) return;
    scene.server.control({ chat: { id: OWN_ONLY.id, edit_messages: true } });
    scene.pass(10_000);
  });
  expect(await scene.ask()).toEqual({ "2.bin": "absent" });
  expect(scene.looked.map(({ way }) => way)).toEqual(["edit", "forward", "forward"]);
});

it("does not take a lost answer for a verdict, and is content with a later one", async () => {
  const scene = await chatScene(OWN_ONLY);
  await scene.call("answered");
  const id = await scene.call("lost");
  scene.pass(LATER);
  await scene.call("answered");
  const drop = {
    match: { method: "editMessageReplyMarkup", nth: 1, count: 2 },
    fault: { type: "post_then_drop" },
  };
  scene.server.control({ faults: [{ server: "bot-api", ...drop }] });
  expect(await scene.ask()).toEqual({ "2.bin": `found ${id}` });
  expect(await scene.bot.editReplyMarkup(String(OWN_ONLY.id), id ?? 0, null)).toMatchObject({
    value: "not modified",
  });
});

it("stays open where no look is answered, and is found by the next run", async () => {
  const scene = await chatScene(OWN_ONLY);
  await scene.call("answered");
  const id = await scene.call("lost");
  scene.pass(LATER);
  await scene.call("answered");
  const lost = ["editMessageReplyMarkup", "forwardMessage"].map((method) => ({
    server: "bot-api",
    match: { method },
    fault: { type: "post_then_drop" },
  }));
  scene.server.control({ faults: lost });
  expect(Object.values(await scene.ask())[0]).toMatch(/^open: Telegram did not answer/);
  scene.server.control({ faults: [] });
  await scene.open().clear();
  expect(await scene.ask()).toEqual({ "2.bin": `found ${id}` });
});

it("leaves few copies where no forward is answered, in each run, and all are taken away later", async () => {
  const scene = await chatScene(EDITOR);
  await scene.call("answered");
  for (let each = 0; each < 3; each++) await scene.posted("somebody else's", OTHER_TOKEN);
  const id = await scene.call("lost");
  for (let each = 0; each < 3; each++) await scene.posted("somebody else's", OTHER_TOKEN);
  scene.pass(LATER);
  await scene.call("answered");
  const before = await scene.chat();
  const drop = { match: { method: "forwardMessage" }, fault: { type: "post_then_drop" } };
  scene.server.control({ faults: [{ server: "bot-api", ...drop }] });
  expect(Object.values(await scene.ask())[0]).toMatch(/^open: Telegram did not answer/);
  // Three messages, each of which is asked for three times.
  expect(await scene.chat()).toHaveLength(before.length + 9);
  for (let runs = 1; runs <= 5; runs++) {
    // Each of a day of its own.
    scene.pass(100 * LATER);
    await scene.ofNextRun().clear();
    expect(await scene.chat()).toHaveLength(before.length + 9 + 3 * runs);
  }
  scene.server.control({ faults: [] });
  await scene.ofNextRun().clear();
  expect(await scene.chat()).toEqual(before);
  expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
  expect(await scene.ask()).toEqual({ "2.bin": `found ${id}` });
});

it("asks nothing once the run drains", async () => {
  const scene = await chatScene(OWN_ONLY);
  await scene.call("answered");
  await scene.call("lost");
  scene.pass(LATER);
  scene.draining.abort();
  expect(Object.values(await scene.ask())[0]).toMatch(/^open: the run was stopped .*\(--only unknown /);
  expect(scene.calls()).toEqual([]);
});
