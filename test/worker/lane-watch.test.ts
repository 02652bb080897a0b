import { expect, it, onTestFinished } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { Lane } from "../../src/lanes/lane.ts";
import { FixedPace } from "../../src/lanes/pace.ts";
import { startBotApiServer } from "../../src/sandbox/bot-api/server.ts";
import { LaneWatch } from "../../src/worker/lane-watch.ts";
import { Outages } from "../../src/worker/outages.ts";
import { botAt, TOKEN } from "../telegram/scripted-server.ts";
import { WorkerParts } from "./worker-parts.ts";

const KICKED = failure("bot_kicked", "out");

/** Lanes of one bot in these chats of a real server. */
async function scene(...chats: string[]) {
  const server = await startBotApiServer({
    bots: [{ token: TOKEN, username: "first_bot" }],
    chats: [
      { id: -1001, type: "channel", title: "one", username: "one_chat" },
      { id: -44, type: "group", title: "group" },
    ],
  });
  onTestFinished(() => server.close());
  const bot = botAt(server.url);
  const lanes = chats.map((chat) => new Lane(bot, chat, "", new FixedPace(60)));
  const parts = await WorkerParts.open({ lanes });
  const outages = new Outages(parts.clock, parts.events);
  const watch = new LaneWatch({
    ...parts,
    clock: parts.clock,
    lanes: parts.lanes,
    events: parts.events,
    outages,
    intervalMs: 20_000,
  });
  const kick = (isOut: boolean) => server.control({ chat: { id: -1001, kick: isOut } });
  const closed = () => parts.lanes.all.map((lane) => lane.closed?.reason ?? "open");
  return { server, parts, lanes, watch, outages, kick, closed };
}

it("opens a closed lane again once its chat takes the bot, asking once a minute", async () => {
  const { server, parts, lanes, watch, outages, kick, closed } = await scene("-1001");
  for (const lane of lanes) parts.lanes.close(lane, KICKED);
  kick(true);
  await watch.poll();
  expect(outages.all).toMatchObject([{ part: "bot:default", failure: { reason: "bot_kicked" } }]);
  await parts.clock.advance(59_000);
  await watch.poll();
  expect(server.calls()).toEqual([]);
  await parts.clock.advance(1_000);
  await watch.poll();
  expect([closed(), server.calls().length > 0]).toEqual([["bot_kicked"], true]);
  kick(false);
  watch.again();
  await watch.poll();
  expect([closed(), outages.all]).toEqual([["open"], []]);
  expect(parts.told.notice.map(({ text }) => text)).toEqual(["lane default x -1001 takes posts again"]);
  expect(server.truth()).toEqual([]);
});

it("never opens two lanes of a bot into one chat", async () => {
  const { parts, lanes, watch, closed } = await scene("-1001", "@one_chat");
  for (const lane of lanes) parts.lanes.close(lane, KICKED);
  watch.again();
  await watch.poll();
  expect(closed().sort()).toEqual(["bot_kicked", "open"]);
  watch.again();
  await watch.poll();
  expect(closed().sort()).toEqual(["bot_kicked", "open"]);
});

it("follows a group that became a supergroup meanwhile", async () => {
  const { server, parts, lanes, watch } = await scene("-44");
  for (const lane of lanes) parts.lanes.close(lane, KICKED);
  server.control({ chat: { id: -44, migrate_to: -1009 } });
  watch.again();
  await watch.poll();
  expect(parts.lanes.all).toMatchObject([{ chat: "-1009", closed: null }]);
});

it("lets a kind that was refused be tried again after ten minutes", async () => {
  const { parts, lanes, watch } = await scene("-1001");
  for (const lane of lanes) parts.lanes.close(lane, failure("kind_not_allowed", "no photos"), "photo");
  await parts.clock.advance(599_000);
  await watch.poll();
  expect(parts.lanes.isOpen("default", "photo")).toBe(false);
  await parts.clock.advance(1_000);
  await watch.poll();
  expect(parts.lanes.isOpen("default", "photo")).toBe(true);
});

it("tells a bot whose lanes are all frozen for long, while they are", async () => {
  const { parts, lanes, watch, outages } = await scene("-1001", "-44");
  for (const lane of lanes.slice(1)) parts.lanes.freeze(lane, 300_000);
  await watch.poll();
  expect(outages.all).toEqual([]);
  for (const lane of lanes) parts.lanes.freeze(lane, 300_000);
  await watch.poll();
  expect(outages.all).toMatchObject([{ failure: { reason: "flood_wait" } }]);
  await parts.clock.advance(250_000);
  await watch.poll();
  expect(outages.all).toEqual([]);
});

it("leaves a lane alone for longer and longer that closes again although its chat takes the bot", async () => {
  const { parts, lanes, watch, closed } = await scene("-1001");
  const [lane] = lanes;
  if (!lane) throw new Error("no lane");
  const opened: number[] = [];
  parts.lanes.close(lane, failure("chat_refuses", "nothing of it"));
  for (let minute = 1; minute <= 120; minute++) {
    await parts.clock.advance(60_000);
    await watch.poll();
    if (closed()[0] !== "open") continue;
    opened.push(minute);
    parts.lanes.close(lane, failure("chat_refuses", "nothing of it"));
  }
  expect(opened).toEqual([1, 2, 4, 8, 16, 32, 64]);
});
