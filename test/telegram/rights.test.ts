import { describe, expect, it } from "vitest";
import type { ChatInfo } from "../../src/telegram/port.ts";
import { whyNotPost } from "../../src/telegram/rights.ts";

type Type = ChatInfo["type"];

function chat(type: Type): ChatInfo {
  return { id: "-1001", type, title: "Warmup" };
}

const GROUPS: Type[] = ["group", "supergroup"];
const WITH_MEMBERS: Type[] = [...GROUPS, "channel"];

const NO_MEDIA = {
  status: "restricted",
  is_member: true,
  can_send_photos: false,
  can_send_videos: false,
  can_send_audios: false,
  can_send_documents: false,
  can_send_voice_notes: false,
};

const CASES: [string, Parameters<typeof whyNotPost>[0], Type[], string | null][] = [
  ["the creator", { status: "creator" }, WITH_MEMBERS, null],
  ["an administrator who may post", { status: "administrator", can_post_messages: true }, WITH_MEMBERS, null],
  ["an administrator of a group", { status: "administrator" }, GROUPS, null],
  [
    "an administrator who may not post",
    { status: "administrator", can_post_messages: false },
    ["channel"],
    "no_rights",
  ],
  ["an administrator of whom nothing is said", { status: "administrator" }, ["channel"], "no_rights"],
  ["a member of a group", { status: "member" }, GROUPS, null],
  ["a member of a channel", { status: "member" }, ["channel"], "no_rights"],
  ["one who left", { status: "left" }, WITH_MEMBERS, "bot_not_member"],
  ["one who was kicked", { status: "kicked" }, WITH_MEMBERS, "bot_kicked"],
  ["a restricted one who may send no media", NO_MEDIA, GROUPS, "no_rights"],
  ["a restricted one who may send photos only", { ...NO_MEDIA, can_send_photos: true }, GROUPS, null],
  ["a restricted one who may send voice only", { ...NO_MEDIA, can_send_voice_notes: true }, GROUPS, null],
  [
    "a restricted one who is no member",
    { ...NO_MEDIA, is_member: false, can_send_photos: true },
    GROUPS,
    "bot_not_member",
  ],
];

describe("whyNotPost", () => {
  it.each(
    CASES.flatMap(([who, member, types, reason]) =>
      types.map((type) => [who, type, member, reason] as const),
    ),
  )("of %s in a %s", (_, type, member, reason) => {
    const obstacle = whyNotPost(member, chat(type));
    expect(obstacle?.reason ?? null).toBe(reason);
    if (obstacle)
      expect(obstacle).toMatchObject({
        class: "chat",
        message: expect.stringContaining(`${type} "Warmup" (-1001)`),
      });
  });
});
