import { expect, it } from "vitest";
import type { LostCalls } from "../../src/ledgers/look-port.ts";
import { knownPosts } from "../../src/looks/known-posts.ts";

it("messages of ours to be forwarded are those of the chat, then of so many others as one is known in", async () => {
  const posts: Readonly<Record<string, readonly number[]>> = {
    "-1": [],
    "-2": [1, 2],
    "-3": [3],
    "-4": [4, 5],
    "-5": [6],
  };
  const ledger = { lastPosts: async (_: string, chat: string) => posts[chat] } as unknown as LostCalls;
  const chats = () => Object.keys(posts);
  const found: string[] = [];
  for await (const { chatId, messageId } of knownPosts({ bot: "one", chatId: "-2" }, { ledger, chats }, 2))
    found.push(`${chatId} ${messageId}`);
  expect(found).toEqual(["-2 1", "-2 2", "-3 3", "-4 4", "-4 5"]);
});
