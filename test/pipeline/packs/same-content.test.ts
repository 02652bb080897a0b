import { describe, expect, it } from "vitest";
import type { Task } from "../../../src/domain/task.ts";
import type { AttemptFacts, Ledger } from "../../../src/ledgers/port.ts";
import { confirmation } from "../../conformance/tested-ledger.ts";
import { BOT, openPackLine, type PackLine } from "./pack-line.ts";

const SHA = "c".repeat(64);
const PROVED = ["quota messages", "ids:document ordinary"];
/** Calls take 10 s, so that another begins meanwhile. */
const SLOW = ["sendRichMessage", "sendDocument"].map((method) => ({
  match: { method },
  fault: { type: "latency", ms: 10_000 },
}));

/** Two lanes on which calls take long, and a moment of the ledger at which a test may do something. */
async function slowLine(atBegin: (line: PackLine) => Promise<void> = async () => {}) {
  const between = (ledger: Ledger): Ledger => ({
    ...ledger,
    beginAllRead: async (...asked) => {
      await moment();
      return ledger.beginAllRead(...asked);
    },
  });
  let moment = async () => {};
  const line = await openPackLine({ proved: PROVED, chats: 2, faults: SLOW, between });
  moment = () => atBegin(line);
  return line;
}

/** Another kind of an object is read, by which the hash of its ETag is known from then on. */
async function learn(line: PackLine, key: string): Promise<void> {
  await warm(line, { ...factsOf(line, key), kind: "photo" });
}

async function warm({ ledger }: PackLine, facts: AttemptFacts): Promise<void> {
  const attempt = await ledger.begin(facts);
  await ledger.confirm(attempt, confirmation(facts, `id of ${facts.entry.key}`, { content: SHA }));
}

function factsOf(line: PackLine, key: string): AttemptFacts {
  const { bot, kind, content, entry } = line.taskOf(key);
  return { bot, kind, content, entry, chatId: "-1", settings: "settings", tag: null };
}

/** Begins a message of these, of which those with a `b` turn out to hold what is known as SHA once they were read. */
function pack(line: PackLine, keys: readonly string[], more: Partial<Task> = {}): Promise<unknown> {
  for (const key of keys) if (key.startsWith("b")) line.transfers.hashes.set(key, SHA);
  const waited = { queue: 0, lane: 0 };
  return line.runner.run(
    keys.map((key) => ({ task: line.taskOf(key, more), read: undefined, waited })),
    line.permit(),
  );
}

/** Begins a message of its own. */
function single(line: PackLine, key: string) {
  if (key.startsWith("b")) line.transfers.hashes.set(key, SHA);
  return line.attempts.make(line.taskOf(key), line.permit());
}

/** Keys in the order of the attempts that were made of documents. */
function sent(line: PackLine): unknown[] {
  return line
    .sql("select r2_key from prewarm_attempts where kind = 'document' order by id")
    .map(({ r2_key }) => r2_key);
}

describe("content that two messages hold", () => {
  it("goes once where it was read in one, and the other's ETag shows it to be the same by now", async () => {
    const line = await slowLine();
    const first = pack(line, ["b", "x"]);
    await line.live(1_500);
    await learn(line, "a");
    const second = pack(line, ["a", "y"]);
    await line.live(3_000);
    const meanwhile = sent(line);
    await line.through(Promise.all([first, second]));
    expect([meanwhile, line.queued()]).toEqual([["b", "x", "y"], [["a", false]]]);
    await line.through(pack(line, ["a"]));
    expect(line.told.item.find(({ key }) => key === "a")).toMatchObject({
      status: "skipped",
      reason: "duplicate_content",
    });
    expect(line.methods()).toEqual(["pack", "pack"]);
  });

  it("goes once where the hash of what is on its way, unread, is learned before the other one is begun", async () => {
    const line = await slowLine();
    const first = pack(line, ["a", "x"]);
    await line.live(1_500);
    await learn(line, "a");
    const second = pack(line, ["b", "y"]);
    await line.live(3_000);
    const meanwhile = sent(line);
    await line.through(Promise.all([first, second]));
    expect([meanwhile, line.queued()]).toEqual([["a", "x", "y"], [["b", false]]]);
  });

  it("goes once where neither is read, and both ETags are learned before the second is begun", async () => {
    const line = await slowLine();
    const first = pack(line, ["a", "x"]);
    await line.live(1_500);
    for (const key of ["a", "a too"]) await learn(line, key);
    const second = pack(line, ["a too", "y"]);
    await line.live(3_000);
    const meanwhile = sent(line);
    await line.through(Promise.all([first, second]));
    expect(meanwhile).toEqual(["a", "x", "y"]);
  });

  it("goes once where both are in one message, and what they hold is learned before it is written down", async () => {
    let turns = 0;
    const line = await slowLine(async (of) => {
      if (turns++ > 0) return;
      for (const key of ["a", "a too"]) await learn(of, key);
    });
    await line.through(pack(line, ["a", "a too", "x"]));
    expect([sent(line), line.queued()]).toEqual([["a", "x"], [["a too", false]]]);
  });

  it.each([
    ["b", "a"],
    ["a", "b"],
  ])("goes once beside a message of its own: %s, then %s", async (one, other) => {
    for (const isPackFirst of [true, false]) {
      const line = await slowLine();
      const begin = (key: string, isPack: boolean) => (isPack ? pack(line, [key, "x"]) : single(line, key));
      const first = begin(one, isPackFirst);
      await line.live(1_500);
      await learn(line, "a");
      const second = begin(other, !isPackFirst);
      await line.live(3_000);
      const meanwhile = sent(line);
      await line.through(Promise.all([first, second]));
      expect(meanwhile).toEqual([one, "x"]);
    }
  });
});

describe("content of a message that is ready by now", () => {
  it("is not sent where that came while its lane was waited for", async () => {
    let isDone = false;
    const line = await slowLine(async (of) => {
      if (isDone) return;
      isDone = true;
      await learn(of, "a");
      await warm(of, factsOf(of, "of another ETag"));
    });
    await line.through(pack(line, ["a", "x"]));
    expect(line.told.item.map(({ key, status, reason }) => [key, status, reason])).toEqual([
      ["a", "skipped", "duplicate_content"],
      ["x", "ready", null],
    ]);
    expect(line.server.truth()).toHaveLength(1);
  });

  it.each(["pack", "single"])("is not sent where its hash was known before that: by %s", async (way) => {
    const line = await slowLine();
    await warm(line, factsOf(line, "of another ETag"));
    const task = line.taskOf("a", { content: SHA });
    if (way === "pack") await line.through(pack(line, ["a"], { content: SHA }));
    else {
      const { result } = await line.through(line.attempts.make(task, line.permit()));
      expect(result).toMatchObject({ type: "known", content: SHA });
    }
    expect([task.bot, line.methods()]).toEqual([BOT, []]);
  });
});

describe("content of a message whose answer was lost", () => {
  it.each(["pack", "single"])("is not sent by another key that turns out to hold it: by %s", async (way) => {
    const faults = [{ match: { method: "sendRichMessage" }, fault: { type: "post_then_drop" } }];
    const line = await openPackLine({ proved: PROVED, faults });
    await line.through(pack(line, ["b", "x"]));
    await line.through(way === "pack" ? pack(line, ["b too", "y"]) : single(line, "b too"));
    expect(sent(line)).not.toContain("b too");
    expect(line.sql("select r2_key, sha256, state from prewarm_attempts order by id")).toContainEqual({
      r2_key: "b",
      sha256: SHA,
      state: "unknown",
    });
  });
});
