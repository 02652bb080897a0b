import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { systemClock } from "../../src/domain/clock.ts";
import { Emitter, type EventMap } from "../../src/domain/events.ts";
import { failure } from "../../src/domain/failure.ts";
import { Lane } from "../../src/lanes/lane.ts";
import { Lanes } from "../../src/lanes/lanes.ts";
import { FixedPace } from "../../src/lanes/pace.ts";
import type { LookId, LookWay, LostCall } from "../../src/ledgers/look-port.ts";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { openLooks } from "../../src/looks/looks.ts";
import type { LookVerdict } from "../../src/looks/port.ts";
import type { ChatOptions } from "../../src/sandbox/bot-api/options.ts";
import { startBotApiServer } from "../../src/sandbox/bot-api/server.ts";
import { confirmation, facts, object } from "../conformance/tested-ledger.ts";
import { botAt, inMemory, TOKEN } from "../telegram/scripted-server.ts";

export const OTHER_TOKEN = "1002:AAE-other_bot";
/** How long after a call its message may come. */
const AFTER_MS = 600_000;

/** What is to become of a call: an answer, a message without one, or neither. */
type Fate = "answered" | "lost" | "never";

/** A chat of the sandbox in which this bot posted, a ledger that knows of it, and looks for what was lost. */
export async function chatScene(chat: ChatOptions) {
  const server = await startBotApiServer({
    bots: [
      { token: TOKEN, username: "first_bot" },
      { token: OTHER_TOKEN, username: "other_bot" },
    ],
    chats: [chat, { id: 77, type: "private", title: "Ada" }],
  });
  const dir = mkdtempSync(join(tmpdir(), "prewarm-looks-"));
  let now = Date.UTC(2026, 0, 31, 12);
  const ledger = await openSqliteLedger({ path: join(dir, "a.db"), command: "test", now: () => now });
  onTestFinished(async () => {
    await Promise.all([server.close(), ledger.close()]);
    rmSync(dir, { recursive: true, force: true });
  });
  const real = systemClock();
  const began = now;
  // Waits of the engine pass at once; the wall stands where the test set it, and what it sets passes for the engine too.
  const clock = { ...real, now: () => real.now() + now - began, wall: () => now, sleep: () => real.sleep(0) };
  const bot = botAt(server.url);
  const events = new Emitter();
  const looked: EventMap["look"][] = [];
  const notices: string[] = [];
  events.on("look", (look) => looked.push(look)).on("notice", ({ text }) => notices.push(text));
  const quiet = () => {};
  const lanesWith = (only: Lane) =>
    new Lanes({
      lanes: [only],
      clock,
      events,
      botPaces: new Map(),
      sameSize: null,
      keep: quiet,
      migrated: quiet,
      changed: quiet,
      noneOpen: quiet,
    });
  const newLane = () => new Lane(bot, String(chat.id), chat.title, new FixedPace(60_000_000));
  const lane = newLane();
  const lanes = lanesWith(lane);
  const [draining, aborting] = [new AbortController(), new AbortController()];
  const open = (by = lanes) =>
    openLooks({
      ledger,
      lanes: by,
      clock,
      events,
      bots: [bot],
      chats: () => [String(chat.id), "77"],
      draining: draining.signal,
      aborting: aborting.signal,
      patience: { afterMs: AFTER_MS, longestCallMs: 1_800_000 },
    });
  const posted = (caption: string, by = TOKEN, to = chat.id) => postBy(server.url, by, to, caption);
  let made = 0;
  const lost = async (): Promise<LostCall[]> => {
    const rows = Array.from({ length: made }, (_, at) =>
      facts(object(`${at + 1}.bin`), { kind: "document" }),
    );
    return (await ledger.lostCalls(rows)).flat();
  };
  /** Its message was found there. */
  const confirm = async (call: LostCall | undefined, messageId: number | null): Promise<void> => {
    if (!call || messageId === null) throw new Error("nothing to confirm");
    const asked = facts(object(call.key), { kind: "document" });
    const { stored } = confirmation(asked, `id-${call.key}`);
    const there = { ...stored, chatId: String(chat.id), messageId };
    await ledger.confirmLost(call.attempt, confirmation(asked, "", { stored: there }));
  };
  return {
    server,
    ledger,
    bot,
    lane,
    lanes,
    looked,
    events,
    notices,
    draining,
    open: () => open(),
    /** The looks of another run, whose lane is open whatever became of this one's. */
    ofNextRun: () => open(lanesWith(newLane())),
    posted,
    /** Time goes on by so much. */
    pass: (ms: number) => {
      now += ms;
    },
    /** Makes a call, as a run does; its tag is made of its key. Returns the id of its message. */
    call: async (fate: Fate, { tagged = true, to = chat.id } = {}): Promise<number | null> => {
      made += 1;
      const key = `${made}.bin`;
      const tag = tagged ? tagOf(key) : null;
      const asked = facts(object(key), { kind: "document", chatId: String(to), tag });
      const attempt = await ledger.begin(asked);
      now += 2_000;
      const message = fate === "never" ? null : await posted(tag ?? "", TOKEN, to);
      now += 2_000;
      if (fate !== "answered" || message === null)
        await ledger.doubt(attempt, failure("answer_lost", "the answer never came"));
      else {
        const stored = {
          ...confirmation(asked, "id").stored,
          fileId: `id-${key}`,
          chatId: String(to),
          messageId: message,
        };
        await ledger.confirm(attempt, confirmation(asked, `id-${key}`, { stored }));
      }
      now += 2_000;
      return message;
    },
    /** Makes one call for so many, whose answer is lost; `posted` are of those that its message holds. Returns the id of the message. */
    pack: async (size: number, posted = size): Promise<number | null> => {
      const keys = Array.from({ length: size }, () => `${++made}.bin`);
      const pack = `p${made}`;
      const asked = keys.map((key, index) =>
        facts(object(key), {
          kind: "document",
          chatId: String(chat.id),
          tag: tagOf(key),
          pack: { id: pack, index },
        }),
      );
      const attempts = await ledger.beginAll(asked);
      now += 2_000;
      const media = keys.slice(0, posted).map((key) => ({
        kind: "document" as const,
        tag: tagOf(key),
        media: inMemory(Buffer.from(key), key),
      }));
      const sent = media.length > 0 ? await bot.sendPack({ chat: String(chat.id), media }) : null;
      now += 2_000;
      for (const attempt of attempts)
        await ledger.doubt(attempt, failure("answer_lost", "the answer never came"));
      now += 2_000;
      return sent?.ok ? sent.value.messageId : null;
    },
    /** Asks for all that is lost: what became of each, by key; what was found is confirmed, or closed, as a run does. */
    ask: async (looks = open(), calls?: readonly LostCall[]): Promise<Record<string, string>> => {
      const ends: Record<string, string> = {};
      await looks.ask(calls ?? (await lost()), async (call, verdict) => {
        ends[call.key] = textOf(verdict);
        if (verdict.is === "found") await confirm(call, verdict.media.messageId);
      });
      return ends;
    },
    lost,
    confirm,
    /** Sends an id, as the canary of a run does, for a message that is to be deleted. Returns the id of the message. */
    canary: async (fate: Exclude<Fate, "answered">, { tag = "canaryaaaa" as string | null } = {}) => {
      const asked = facts(object("c.bin"), { kind: "document", chatId: String(chat.id) });
      const held = { ...asked, key: "c.bin", attempt: 1, confirmation: confirmation(asked, "id") };
      const canary = await ledger.beginCanary({ ...held, chatId: String(chat.id) }, String(chat.id), tag);
      now += 2_000;
      const message = fate === "never" ? null : await posted(tag ?? "", TOKEN);
      now += 2_000;
      const why = failure("answer_lost", "the answer never came");
      await ledger.endCanary(canary, { state: "unknown", failure: why });
      now += 2_000;
      return message;
    },
    /** How canaries ended. */
    canaries: () => ledger.lostProbes(["default"]),
    /** A look that a process began and died of. */
    left: async (messageId: number, way: LookWay): Promise<LookId> => {
      const [call] = await lost();
      if (!call) throw new Error("nothing is lost");
      return ledger.beginLook({
        attempt: call.attempt,
        bot: "default",
        chatId: String(chat.id),
        messageId,
        way,
      });
    },
    /** Methods of the calls since the last time, with the message that each was about. */
    calls: () =>
      server
        .calls()
        .filter(({ method }) => /edit|forward|delete/i.test(method))
        .map(({ method, code }) => `${method} ${code}`),
    /** Messages that are in the chat, with their captions; a keyboard fails the test. */
    chat: async (): Promise<string[]> => {
      const there = server.truth().filter(({ deleted, chat_id: id }) => !deleted && id === chat.id);
      return there.map(({ message_id: id, caption }) => `${id} ${caption ?? ""}`);
    },
  };
}

/** The tag of what has this key. */
export function tagOf(key: string): string {
  return `tag${key.replace(/\D/g, "").padStart(7, "x")}`;
}

function textOf(verdict: LookVerdict): string {
  if (verdict.is === "found") return `found ${verdict.media.messageId}`;
  if (verdict.is === "later") return `later ${verdict.at}`;
  return "why" in verdict ? `${verdict.is}: ${verdict.why}` : verdict.is;
}

async function postBy(url: string, token: string, chat: number, caption: string): Promise<number> {
  const form = new FormData();
  form.set("chat_id", String(chat));
  form.set("caption", caption);
  form.set("document", new Blob([`content of ${caption} ${Math.random()}`]), "a.bin");
  const answer = await fetch(`${url}/bot${token}/sendDocument`, { method: "POST", body: form });
  const { result } = (await answer.json()) as { result: { message_id: number } };
  return result.message_id;
}
