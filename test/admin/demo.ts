import { fileURLToPath } from "node:url";
import { prometheusMetrics } from "../../src/admin/prometheus/prometheus.ts";
import { type AdminServer, startAdminServer } from "../../src/admin/server.ts";
import { failure } from "../../src/domain/failure.ts";
import type { MediaKind } from "../../src/domain/media.ts";
import type { ItemResult } from "../../src/domain/outcome.ts";
import { failedItem, item, lane } from "../reporters/sample-events.ts";
import { worker } from "./worker.ts";

/** `first`: one item in the whole hour; `quick`: work of less than a second. */
const MOODS = ["idle", "busy", "trouble", "first", "quick"] as const;
export type Mood = (typeof MOODS)[number];

const MINUTE = 60_000;
const CHATS = ["-1001781234501", "-1001781234502", "-1001781234503", "-1001781234504"];
const FILES: readonly (readonly [string, MediaKind])[] = [
  ["campaigns/2026-11/black-friday-teaser.mp4", "video"],
  ["covers/winter-collection.jpg", "photo"],
  ["voice/welcome-anna.ogg", "voice"],
  ["music/jingle (long version).mp3", "audio"],
  ["docs/price list.pdf", "document"],
  ["covers/<img src=x onerror=alert(1)>.jpg", "photo"],
];
const FAILURES = [
  failure("photo_dimensions", "Bad Request: PHOTO_INVALID_DIMENSIONS", { code: 400 }),
  failure("answer_lost", "api.telegram.org gave no answer to sendVideo within 5m"),
  failure("object_missing", "covers/winter-collection.jpg is not in the bucket my-media"),
  failure("file_too_big", "campaigns/2026-11/black-friday-teaser.mp4 has 81.4 MB, the limit is 50.0 MB"),
];

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** Items a minute, `ago` minutes before the end. */
function paceOf(mood: Mood, ago: number): number {
  const wave = 78 + 16 * Math.sin(ago / 7) + 8 * Math.sin(ago / 2.3);
  if (mood === "idle") return ago > 44 && ago < 57 ? wave / 2 : 0;
  if (mood === "first") return ago === 12 ? 1 : 0;
  if (mood === "busy" || mood === "quick") return wave;
  return ago < 3 ? 2 : ago < 11 ? wave / 4 : wave;
}

function loadOf(mood: Mood, chance: number): { depth: number; active: number } {
  if (mood === "idle" || mood === "first") return { depth: 0, active: 0 };
  if (mood === "trouble") return { depth: 500, active: 2 };
  return { depth: 180 + Math.round(60 * chance), active: 7 + Math.round(3 * chance) };
}

/** How an item ends, by chance. */
function resultOf(mood: Mood, random: () => number): ItemResult {
  const [key, kind] = FILES[Math.floor(random() * FILES.length)] ?? (["a.jpg", "photo"] as const);
  const bot = random() < 0.5 ? "news" : "shop";
  const send = mood === "quick" ? 40 + random() * 420 : 250 + random() ** 3 * 1_800;
  const latency = { total: 4_000 + send, queue: 3_000, lane: 900, download: 60 + random() * 120, send };
  const cause = FAILURES[Math.floor(random() * FAILURES.length)];
  if (cause && random() < (mood === "trouble" ? 0.09 : 0.004))
    return failedItem(cause, { key, bot, kind, latency });
  const bytes = Math.round(random() ** 2 * 4e6);
  return item({ key, bot, kind, latency, bytes, status: random() < 0.01 ? "weak" : "ready" });
}

/** A worker that has run for an hour and a half; `step` lets it work for some more milliseconds. */
export function lively(mood: Mood, until = Date.now()) {
  const parts = worker(until - 90 * MINUTE);
  const { events, view, pass, clock } = parts;
  const random = seeded(7);
  events.emit("started", { command: "worker", lanes: 4, concurrency: 10, ledger: "sqlite:prewarm.db" });
  const lanes = (frozenUntil = 0) =>
    CHATS.forEach((chat, index) => {
      events.emit(
        "lane",
        lane({
          bot: index < 2 ? "news" : "shop",
          chat,
          title: `Warmup ${index + 1}`,
          perMinute: [19.4, 31.8, 20, 24.6][index] ?? 20,
          sent: 410 + index * 37,
          frozenUntil: mood === "trouble" && index === 1 ? frozenUntil : 0,
          closed:
            mood === "trouble" && index === 3
              ? failure("bot_kicked", "Forbidden: bot was kicked from the channel chat")
              : null,
        }),
      );
    });
  const end = () => {
    const result = resultOf(mood, random);
    const { key, bot, kind } = result;
    const chat = CHATS[bot === "news" ? 0 : 2] ?? "";
    events.emit("attempt", { key: key ?? "", bot: bot ?? "", kind: kind ?? "photo", chat, bytes: 1 });
    events.emit("item", result);
  };
  const step = (ms: number, ago = 0) => {
    const items = (paceOf(mood, ago) * ms) / MINUTE;
    const whole = Math.floor(items) + (random() < items % 1 ? 1 : 0);
    for (let index = 0; index < whole; index++) {
      pass(ms / whole);
      end();
    }
    if (whole === 0) pass(ms);
    const { depth, active } = loadOf(mood, random());
    events.emit("queued", { bytes: 1, depth });
    events.emit("active", { count: active });
    if (clock.now() % (5 * MINUTE) < ms) bucketRead();
  };
  const bucketRead = () => {
    const broken =
      mood === "trouble" ? failure("r2_unavailable", "R2 answered 503 to a listing of my-media") : null;
    events.emit("pass", {
      source: "bucket",
      ended: true,
      read: broken ? 2_000 : 12_480,
      queued: mood === "idle" ? 0 : 318,
      ms: 2_140,
      failure: broken,
    });
  };
  for (let ago = 90; ago > 0; ago -= 1) step(MINUTE, ago);
  lanes(clock.now() + 47_000);
  view.maxQueue = 500;
  view.cache = { hits: 1_204, misses: 3_391, bytes: 48_300_000 };
  if (mood === "trouble") {
    Object.assign(parts.bad, { failed: 41, unknown: 12 });
    const since = clock.wall() - 9 * MINUTE;
    view.troubles = [
      { part: "r2", failure: failure("r2_unavailable", "R2 answered 503 to a listing of my-media"), since },
      {
        part: "bot:shop",
        failure: failure("bot_kicked", "Forbidden: bot was kicked from Warmup 4"),
        since: since + 80_000,
      },
    ];
    for (let index = 0; index < 14; index++)
      events.emit("call", {
        bot: "news",
        chat: CHATS[1] ?? "",
        ms: 90,
        failure: failure("flood_wait", "wait"),
      });
  }
  return { ...parts, step };
}

/** The page of such a worker on a port of loopback (0 for a free one), going on in real time until it is closed. */
export async function serveDemo(mood: Mood, port = 0): Promise<AdminServer> {
  const parts = lively(mood);
  const metrics = prometheusMetrics({ ...parts, version: "0.1.0", bots: ["news", "shop"] });
  const timer = setInterval(() => parts.step(500), 500);
  const server = await startAdminServer({
    ...parts,
    host: "127.0.0.1",
    port,
    token: null,
    metrics,
    version: "0.1.0",
  });
  return {
    ...server,
    close: () => {
      clearInterval(timer);
      return server.close();
    },
  };
}

// `node test/admin/demo.ts` (Node 22.18 or newer, which reads TypeScript) serves all of them until Ctrl-C.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [index, mood] of MOODS.entries()) {
    const { url } = await serveDemo(mood, 3000 + index);
    process.stdout.write(`${mood}: ${url}\n`);
  }
}
