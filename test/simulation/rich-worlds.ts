import { createHash } from "node:crypto";
import type { TruthRow } from "../../src/sandbox/bot-api/truth.ts";
import { png } from "../sandbox/bot-api/bot-api-server.ts";
import { Simulation } from "./run.ts";

/** What nobody knows of messages with several media, each in two ways; the first is the best case. */
export const SWITCHES = {
  supported: [true, false],
  counts: ["message", "media"],
  overflow: ["debt", "refuse"],
  ids: ["ordinary", "rich_only"],
  names_bad: [true, false],
  max_body: [null, 30_000],
  url_flood: [null, 3],
  keeps: [50, 20],
} as const;

/** One way that Telegram may turn out to be. */
export type RichWorld = { readonly [Name in keyof typeof SWITCHES]: (typeof SWITCHES)[Name][number] };

/** Whether each switch stands in its second way, a bit each. */
export function worldOf(bits: number): RichWorld {
  const names = Object.keys(SWITCHES) as (keyof RichWorld)[];
  return Object.fromEntries(
    names.map((name, nth) => [name, SWITCHES[name][(bits >> nth) & 1]]),
  ) as unknown as RichWorld;
}

const [PHOTOS, DOCUMENTS] = [90, 60];
const CHAT = -1001;

/** What came of warming a bucket in such a world. */
export interface WorldEnd {
  /** Objects with an id, of all. */
  readonly warm: number;
  readonly all: number;
  /** Ids in the ledger that are not those of their objects. */
  readonly wrong: number;
  /** Objects whose id came in a pack. */
  readonly packed: number;
  /** Contents that were posted by more than one message, canaries left out. */
  readonly twice: number;
  readonly canaries: number;
  readonly packs: number;
  readonly calls: number;
  readonly floods: number;
  readonly minutes: number;
}

/** Warms photos by URL and documents by upload, one of them a photo that Telegram refuses, in one channel at its documented pace. */
export async function playWorld(
  world: Omit<RichWorld, "url_flood"> & { readonly url_flood: number | null },
  documents = DOCUMENTS,
): Promise<WorldEnd> {
  const sim = await Simulation.open([CHAT], { ...world, dropped_ids: "dead" });
  const keys = new Map<string, string>();
  const put = (key: string, body: Uint8Array, type: string) => {
    keys.set(createHash("sha256").update(body).digest("hex"), key);
    sim.putOne(key, body, type);
  };
  for (let nth = 0; nth < PHOTOS; nth++) put(`p/${nth}.png`, png(40 + nth, 30), "image/png");
  put("p/bad.png", png(9_900, 30), "image/png");
  for (let nth = 0; nth < documents; nth++)
    put(`d/${nth}.bin`, Buffer.from(`document ${nth}`.padEnd(8_000 + nth, ".")), "application/octet-stream");
  const { items } = await sim.run({ pack: "20", chat: [String(CHAT)] });
  return endOf(sim, items, keys);
}

function endOf(
  sim: Simulation,
  items: readonly { readonly status: string }[],
  keys: ReadonlyMap<string, string>,
): WorldEnd {
  const truth = sim.botApi.truth();
  const keyOf = (sha256: string | null) => keys.get(sha256 ?? "");
  const posted = new Map(truth.map(({ file_id, sha256 }) => [file_id, keyOf(sha256)]));
  const rows = sim.rows(
    "select s.r2_key as key, c.tg_file_id as id from media_cache c join media_store s on s.sha256 = c.sha256 where c.status = 'ready'",
  );
  const ofPacks = new Set(truth.flatMap(({ pack, file_id }) => (pack === null ? [] : [file_id])));
  const calls = sim.botApi.calls().filter(({ method }) => /^(send|delete|edit|forward)/.test(method));
  const at = truth.map((row) => row.at);
  return {
    warm: items.filter(({ status }) => status === "ready" || status === "weak").length,
    all: keys.size,
    wrong: rows.filter(({ key, id }) => posted.get(String(id)) !== key).length,
    packed: rows.filter(({ id }) => ofPacks.has(String(id))).length,
    twice: twiceIn(truth),
    canaries: truth.filter(({ transfer }) => transfer === "file_id").length,
    packs: calls.filter(({ method }) => method === "sendRichMessage").length,
    calls: calls.length,
    floods: calls.filter(({ code }) => code === 429).length,
    minutes: (Math.max(...at) - Math.min(...at)) / 60_000,
  };
}

function twiceIn(truth: readonly TruthRow[]): number {
  const own = truth.filter(({ transfer }) => transfer === "url" || transfer === "upload");
  return own.length - new Set(own.map(({ sha256 }) => sha256)).size;
}
