import { expect, it, onTestFinished } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { failed, ok, type Result } from "../../src/domain/result.ts";
import { startBotApiServer } from "../../src/sandbox/bot-api/server.ts";
import { startupCheck } from "../../src/worker/startup-check.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { botAt, TOKEN } from "../telegram/scripted-server.ts";
import { AWAY } from "./worker-parts.ts";

const GREEN = async (): Promise<Result<void>> => ok(undefined);

async function look(
  chats: string[],
  more: { token?: string; check?: () => ReturnType<typeof GREEN>; isAway?: boolean } = {},
) {
  const server = await startBotApiServer({
    bots: [{ token: TOKEN, username: "first_bot" }],
    chats: [{ id: -1001, type: "channel", title: "one" }],
  });
  onTestFinished(() => server.close());
  if (more.isAway) server.control({ outage: {} });
  const bot = botAt(server.url, more.token ? { token: more.token } : {});
  const wishes = chats.map((chat) => ({ bot, chat }));
  const clock = new VirtualClock();
  const checked = startupCheck(wishes, more.check ?? GREEN, clock);
  const { lanes, away, fatal } = await clock.runToEnd(checked);
  return {
    lanes: lanes.map(({ chat, closed }) => [chat.id, closed?.reason ?? "open"]),
    away: away.map(([part]) => part),
    fatal: fatal?.reason ?? null,
  };
}

it("finds every lane, and why some cannot be sent to", async () => {
  expect(await look(["-1001", "-1009"])).toEqual({
    lanes: [
      ["-1001", "open"],
      ["-1009", "chat_not_found"],
    ],
    away: [],
    fatal: null,
  });
});

it("calls it fatal when there is no chat, a wrong token, or a bucket that turns us away", async () => {
  expect((await look(["-1009"])).fatal).toBe("chat_not_found");
  expect((await look(["-1001"], { token: "1001:wrong" })).fatal).toBe("token_wrong");
  const denied = async () => failed<void>(failure("r2_signature_wrong", "403"));
  expect(await look(["-1001"], { check: denied })).toMatchObject({
    fatal: "r2_signature_wrong",
    away: ["r2"],
  });
});

it("calls weather no mistake: a machine boots before its network", async () => {
  expect(await look(["-1001"], { isAway: true })).toEqual({
    lanes: [["-1001", "telegram_busy"]],
    away: ["telegram"],
    fatal: null,
  });
  const check = async () => failed<void>(AWAY);
  expect(await look(["-1001"], { check })).toMatchObject({ away: ["r2"], fatal: null });
});
