import { expect, it } from "vitest";
import { sharesMessageIds } from "../../src/domain/chat-ids.ts";

it.each([
  ["42", true],
  ["-77", true],
  ["-999999999999", true],
  ["-1000000000001", false],
  ["-1001234567890", false],
  ["@channel", false],
])("tells whether the messages of %s are numbered with those of other chats", (chat, shares) => {
  expect(sharesMessageIds(chat)).toBe(shares);
});
