import { expect, it } from "vitest";
import { itemsOf, summaryOf } from "../helpers/child.ts";
import {
  answerAll,
  CHANNELS,
  chatsOf,
  GROUP,
  lookCalls,
  loseAnswers,
  lostScene,
  planOf,
  type Rights,
  wrongIds,
} from "./lost-scene.ts";

const OBJECTS = 60;
const AT_ONCE = { PREWARM_LOOK_AFTER: "0" };
const FOUR = { ...AT_ONCE, WARMUP_CHAT_ID: CHANNELS.join() };
const ONLY = ["--only", "unknown", "--json"];

it.each<[string, Rights, Record<string, string>]>([
  ["four channels, by edits", "edit", FOUR],
  ["four channels, by forwards", "forward", FOUR],
  ["a basic group", "edit", { ...AT_ONCE, WARMUP_CHAT_ID: String(GROUP) }],
])("finds lost messages in %s, and sends none of them again", async (_, rights, env) => {
  const world = await lostScene(rights, OBJECTS);
  loseAnswers(world, 0.2);
  for (const chat of [...CHANNELS, GROUP])
    world.botApi.control({ post: { chat, by: "Ada", text: "hello", count: 3, rate: 600 } });
  const first = summaryOf(await world.run(["--json", "--max-failures", "1000"], { env }));
  expect(first.unknown).toBeGreaterThan(3);
  answerAll(world);
  const before = chatsOf(world);
  expect(before).toEqual({ messages: OBJECTS, twice: 0, copies: 0, withoutTag: 0 });
  const second = await world.run(ONLY, { env });
  expect(summaryOf(second)).toMatchObject({
    ready: first.unknown,
    unknown: 0,
    exit_code: 0,
    resolved: { found: first.unknown, sent: 0, unchecked: 0 },
  });
  expect(itemsOf(second).map(({ status, resolved }) => `${status} ${resolved}`)).toEqual(
    Array(first.unknown).fill("ready found"),
  );
  expect(chatsOf(world)).toEqual(before);
  expect(wrongIds(world)).toEqual([]);
  expect(world.rows("select count(*) as n from media_cache where status = 'ready'")).toEqual([
    { n: OBJECTS },
  ]);
});

it("tells of each message that it found before it was stopped", async () => {
  const world = await lostScene("edit", OBJECTS);
  loseAnswers(world, 0.5);
  await world.run(["--max-failures", "1000"], { env: FOUR });
  answerAll(world);
  const ready = () =>
    Number(world.rows("select count(*) as n from media_cache where status = 'ready'")[0]?.n);
  const before = ready();
  const env = { ...FOUR, PREWARM_PACE: "240/min" };
  const running = world.start(["run", ...ONLY], { env });
  await world.until(() => lookCalls(world) >= 8, "some were looked for");
  running.signal("SIGINT");
  const ended = await running.ended;
  expect(ended.code).toBe(130);
  const found = itemsOf(ended).filter(({ resolved }) => resolved === "found");
  expect(found).toHaveLength(ready() - before);
  expect(summaryOf(ended).resolved).toMatchObject({ found: found.length });
});

it("sends again what is proved not to be there, and nothing twice", async () => {
  const world = await lostScene("edit", OBJECTS);
  // Answers of the Bot API server's proxy after the whole request, of which nothing is posted.
  const fault = { type: "status", status: 502, body: "html" };
  world.botApi.control({
    faults: [{ server: "bot-api", match: { method: "sendDocument", probability: 0.2 }, fault }],
  });
  const first = summaryOf(await world.run(["--json", "--max-failures", "1000"], { env: FOUR }));
  expect(first.unknown).toBeGreaterThan(3);
  expect(chatsOf(world).messages).toBe(OBJECTS - first.unknown);
  answerAll(world);
  const second = await world.run(ONLY, { env: FOUR });
  expect(summaryOf(second)).toMatchObject({
    ready: first.unknown,
    resolved: { found: 0, sent: first.unknown, unchecked: 0 },
    exit_code: 0,
  });
  expect(chatsOf(world)).toEqual({ messages: OBJECTS, twice: 0, copies: 0, withoutTag: 0 });
});

it.each<[string, Rights, string[], RegExp]>([
  ["where the bot may neither edit nor forward", "none", [], /may neither edit nor forward/],
  ["without tags", "edit", ["--no-tag"], /without a tag/],
])("sends again unchecked %s, and says so", async (_, rights, args, why) => {
  const world = await lostScene(rights, OBJECTS);
  loseAnswers(world, 0.2);
  const first = summaryOf(await world.run(["--json", "--max-failures", "1000", ...args], { env: FOUR }));
  answerAll(world);
  const second = await world.run([...ONLY, ...args], { env: FOUR });
  expect(summaryOf(second)).toMatchObject({
    ready: first.unknown,
    resolved: { found: 0, sent: 0, unchecked: first.unknown },
    exit_code: 0,
  });
  expect(second.stderr).toMatch(why);
  expect(lookCalls(world)).toBe(0);
});

it("sends nothing again that may still come, says from when on it can be looked for, and finds what came late", async () => {
  const world = await lostScene("edit", 12);
  const fault = { type: "post_late", seconds: 2 };
  world.botApi.control({
    faults: [{ server: "bot-api", match: { method: "sendDocument", probability: 0.5 }, fault }],
  });
  const env = { ...FOUR, PREWARM_LOOK_AFTER: "5m" };
  const first = summaryOf(await world.run(["--json", "--max-failures", "1000"], { env }));
  const settledAt = Date.now() + 5_000;
  expect(first.unknown).toBeGreaterThan(1);
  answerAll(world);
  const early = await world.run(ONLY, { env });
  expect(summaryOf(early)).toMatchObject({ ready: 0, unknown: first.unknown, exit_code: 3 });
  for (const item of itemsOf(early)) expect(Date.parse(String(item.look_at))).toBeGreaterThan(Date.now());
  expect(early.stderr).toMatch(/look/);
  expect(lookCalls(world)).toBe(0);
  await world.until(
    () => chatsOf(world).messages === 12 && Date.now() > settledAt,
    "all have come, and the time is over",
  );
  const late = await world.run(ONLY, { env: { ...FOUR, PREWARM_LOOK_AFTER: "3s" } });
  expect(summaryOf(late)).toMatchObject({
    ready: first.unknown,
    resolved: { found: first.unknown },
    exit_code: 0,
  });
  expect(chatsOf(world)).toMatchObject({ messages: 12, twice: 0 });
});

it("finds messages also in a chat where every answer was lost, if the bot has posts in another", async () => {
  const world = await lostScene("edit", 3);
  const [first = 0, second = 0] = CHANNELS;
  await world.run([], { env: { ...AT_ONCE, WARMUP_CHAT_ID: String(first) } });
  const keys = world.putMany(5, "more/");
  loseAnswers(world, 1);
  const env = { ...AT_ONCE, WARMUP_CHAT_ID: `${first},${second}` };
  await world.run(["--max-failures", "1000"], { env: { ...AT_ONCE, WARMUP_CHAT_ID: String(second) } });
  answerAll(world);
  expect(summaryOf(await world.run(ONLY, { env }))).toMatchObject({
    resolved: { found: keys.length },
    unknown: 0,
  });
  expect(chatsOf(world)).toEqual({ messages: 8, twice: 0, copies: 0, withoutTag: 0 });
});

it("says before a run what would be looked for, what may still come, and what is sent unchecked, without a call", async () => {
  const world = await lostScene("edit", 40);
  loseAnswers(world, 0.3);
  const first = summaryOf(await world.run(["--json", "--max-failures", "1000"], { env: FOUR }));
  world.putMany(2, "plain/");
  loseAnswers(world, 1);
  const env = { ...FOUR, PREWARM_PACE: "60/min" };
  await world.run(["--prefix", "plain/", "--no-tag"], { env: FOUR });
  answerAll(world);
  const before = world.botApi.calls().length;
  const rows = world.rows("select * from prewarm_attempts");
  const dry = await world.run([...ONLY, "--dry-run"], { env });
  const { lost, ...plan } = planOf(dry.stdout);
  const messages = Number(lost.messages);
  expect(lost).toMatchObject({
    calls: first.unknown + 2,
    look: first.unknown,
    later: 0,
    sent: 0,
    unchecked: 2,
  });
  expect(lost.unchecked_why).toEqual({ "it was sent without a tag to know it by": 2 });
  expect(plan.to_warm).toBe(2);
  expect(messages).toBeGreaterThanOrEqual(first.unknown);
  expect(lost.look_calls).toBeGreaterThanOrEqual(2 * messages);
  // Four lanes share the calls, one a second each; none has fewer than a quarter of them at the most.
  expect(lost.eta_seconds).toBeGreaterThanOrEqual(Number(lost.look_calls) / 4);
  expect(lost.eta_seconds).toBeLessThanOrEqual(Number(lost.look_calls));
  const text = await world.run(["--only", "unknown", "--dry-run"], { env });
  expect(text.stdout).toContain(`lost      ${first.unknown + 2} calls\n`);
  expect(text.stdout).toMatch(
    /lost {6}\d+ objects looked for \(at most \d+ messages, \d+ calls, about .+\), and sent only where proved/,
  );
  expect(text.stdout).toContain(
    "lost      2 objects sent unchecked: it was sent without a tag to know it by\n",
  );
  const young = await world.run([...ONLY, "--dry-run"], { env: { ...env, PREWARM_LOOK_AFTER: "1h" } });
  const { lost: later } = planOf(young.stdout);
  expect(later).toMatchObject({ look: 0, messages: 0, look_calls: 0, later: first.unknown, unchecked: 2 });
  expect(Date.parse(String(later.look_at))).toBeGreaterThan(Date.now());
  const waiting = young.stdout.split("\n").filter((line) => line.includes('"lost":"later","look_at":"2'));
  expect(waiting).toHaveLength(first.unknown);
  expect(lookCalls(world)).toBe(0);
  expect(
    world.botApi
      .calls()
      .slice(before)
      .map(({ method }) => method),
  ).not.toContain("sendDocument");
  expect(world.rows("select * from prewarm_attempts")).toEqual(rows);
  const second = summaryOf(await world.run(ONLY, { env: FOUR }));
  expect(second.resolved).toEqual({ found: first.unknown, sent: 0, unchecked: 2 });
  expect(lookCalls(world)).toBeLessThanOrEqual(Number(lost.look_calls));
});
