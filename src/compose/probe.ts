import type { Config } from "../config/config.ts";
import { failure } from "../domain/failure.ts";
import { LIMITS } from "../domain/limits.ts";
import { extensionOf } from "../domain/media.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { tinyPhoto } from "../domain/tiny-photo.ts";
import type { LaneToOpen } from "../lanes/preflight.ts";
import type { Ledger } from "../ledgers/port.ts";
import { mostPackBytes } from "../pipeline/packs/fit.ts";
import type { MessageBudget } from "../probe/budget.ts";
import type { ProbePlace } from "../probe/experiment.ts";
import { ProbeLane } from "../probe/lane.ts";
import { ProbeMedia } from "../probe/media.ts";
import type { Storage } from "../storage/port.ts";
import type { Connections } from "./connect.ts";
import { reachable } from "./reach.ts";

export interface ProbeParts {
  readonly config: Config;
  readonly connections: Connections;
  readonly ledger: Ledger;
  /** All lanes that were tried. */
  readonly found: readonly LaneToOpen[];
  /** The bot that asks; null for the first. */
  readonly asks: string | null;
  readonly budget: MessageBudget;
  readonly draining: AbortSignal;
  readonly aborting: AbortSignal;
  /** The folder of the sample media. */
  readonly samples: string;
  /** Told of waits, in milliseconds. */
  readonly waiting: (ms: number) => void;
}

/** What is asked of Telegram by one bot, and where. */
export interface OpenProbe {
  /** One chat of each type. */
  readonly places: readonly ProbePlace[];
  /** Every lane that can be sent to, by bot and chat. */
  readonly laneOf: (bot: string, chat: string) => ProbeLane | null;
}

/** Puts together where the first bot that has a lane makes its experiments. */
export function openProbe(parts: ProbeParts): OpenProbe {
  const { found, config, connections, samples, asks } = parts;
  const { storage, clock } = connections;
  const open = found.filter(({ closed }) => !closed);
  const lanes = new Map(open.map((each) => [nameOf(each.bot.slug, each.chat.id), laneOf(each, parts)]));
  const bot = (open.find((each) => each.bot.slug === asks) ?? open[0])?.bot;
  const own = open.filter((each) => each.bot === bot);
  const ofType = own.filter(({ chat }, nth) => own.findIndex((each) => each.chat.type === chat.type) === nth);
  const media = new ProbeMedia(samples, clock.wall() % 2 ** 32);
  const urls = photosOf(config, storage);
  const places = ofType.flatMap(({ chat }): ProbePlace[] => {
    const lane = lanes.get(nameOf(bot?.slug ?? "", chat.id));
    const other = open.find((each) => each.bot !== bot && each.chat.id === chat.id);
    const second = (other && lanes.get(nameOf(other.bot.slug, chat.id))) ?? null;
    if (!lane) return [];
    return [
      { lane, second, media, urls, mostBytes: mostBytesOf(config), sticker: stickerOf(lane, connections) },
    ];
  });
  return { places, laneOf: (slug, chat) => lanes.get(nameOf(slug, chat)) ?? null };
}

function nameOf(bot: string, chat: string): string {
  return `${bot}|${chat}`;
}

function laneOf({ bot, chat }: LaneToOpen, parts: ProbeParts): ProbeLane {
  const { connections, ledger, budget, draining, aborting, waiting } = parts;
  const { clock, waits } = connections;
  const more = { ledger, clock, waits, budget, draining, aborting, waiting };
  return new ProbeLane({ ...more, bot, chat, random: Math.random });
}

/** What a pack of the cloud may hold: a server of one's own takes more, which nobody wants to send to find it out. */
function mostBytesOf({ apiLocal }: Config): number {
  return Math.min(mostPackBytes(apiLocal), LIMITS.pack.cloudBytes);
}

/** The file of a sticker is that of a user; in a private chat of the user there, else of the bot itself. */
function stickerOf({ bot, chat }: ProbeLane, { stickers }: Connections): ProbePlace["sticker"] {
  const upload = stickers.get(bot.slug);
  const owner = chat.type === "private" ? chat.id : bot.id;
  if (!upload) throw new Error(`no bot is called ${bot.slug}`);
  return () => upload(owner, tinyPhoto(1));
}

/** URLs of small photos on the first page of the bucket, each signed anew. */
function photosOf(config: Config, storage: Storage): ProbePlace["urls"] {
  let keys: Promise<Result<readonly string[]>> | null = null;
  return async (count) => {
    if (!reachable(config))
      return failed(failure("url_not_allowed", "the bucket is on a host that Telegram cannot reach"));
    keys ??= smallPhotos(storage);
    const found = await keys;
    if (!found.ok) return found;
    const [first] = found.value;
    if (first === undefined)
      return failed(failure("url_not_allowed", "there is no JPEG or PNG on the first page of the bucket"));
    const turns = Array.from({ length: count }, (_, nth) => found.value[nth % found.value.length] ?? first);
    return ok(turns.map((key) => storage.presign(key)));
  };
}

async function smallPhotos(storage: Storage): Promise<Result<readonly string[]>> {
  for await (const page of storage.list("")) {
    if (!page.ok) return page;
    const photos = page.value.filter(
      ({ key, bytes = 0 }) =>
        /^(jpe?g|png)$/.test(extensionOf(key)) && bytes > 0 && bytes <= LIMITS.url.photoBytes,
    );
    const sorted = photos.sort((a, b) => (a.bytes ?? 0) - (b.bytes ?? 0));
    return ok(sorted.slice(0, LIMITS.pack.media).map(({ key }) => key));
  }
  return ok([]);
}
