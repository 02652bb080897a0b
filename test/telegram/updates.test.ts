import { expect, it } from "vitest";
import { chatsIn } from "../../src/telegram/updates.ts";

const channel = { id: -1001, type: "channel", title: "One" };
const group = { id: -2, type: "group", title: "Two" };
const member = (chat: unknown, status: string) => ({
  update_id: 1,
  my_chat_member: { chat, new_chat_member: { status } },
});

it.each([
  ["a bot is made an administrator", [member(channel, "administrator")], ["One"]],
  ["a channel has a new post", [{ update_id: 1, channel_post: { chat: channel } }], ["One"]],
  ["somebody writes in a group", [{ update_id: 1, message: { chat: group } }], ["Two"]],
  ["a user writes to the bot", [{ update_id: 1, message: { chat: { id: 5, type: "private" } } }], []],
  ["it left again", [member(channel, "administrator"), member(channel, "left")], []],
  ["it was added anew", [member(channel, "kicked"), member(channel, "administrator")], ["One"]],
  [
    "one chat in many updates",
    [member(group, "member"), { update_id: 2, message: { chat: group } }],
    ["Two"],
  ],
  [
    "updates that nobody knows",
    [{ update_id: 1 }, { update_id: 2, poll: null }, null, { x: { chat: {} } }],
    [],
  ],
  ["a channel without a title", [member({ id: -1009, type: "channel" }, "administrator")], ["-1009"]],
])("hears of chats where %s", (_, updates, titles) => {
  expect(chatsIn(updates).map(({ title }) => title)).toEqual(titles);
});
