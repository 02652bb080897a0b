import type { RichOptions } from "../../src/sandbox/bot-api/rich-options.ts";
import { CHAT, openWorld, TOKEN, type World } from "../helpers/world.ts";
import { png } from "../sandbox/bot-api/bot-api-server.ts";

interface Item {
  readonly type: string;
  readonly key: string;
  readonly status: string;
  readonly reason: string | null;
  readonly message_id: number;
  readonly pack?: { readonly id: string; readonly size: number; readonly index: number };
}

/** A channel without limits, and so many photos in the bucket. */
export async function openPackWorld(count: number, rich: Partial<RichOptions> = {}): Promise<World> {
  const world = await openWorld({ rich });
  for (let i = 0; i < count; i++) world.put(keyOf(i), png(40 + i, 30), "image/png");
  return world;
}

export const keyOf = (nth: number) => `p/${String(nth).padStart(3, "0")}.png`;

/** `prewarm run --json <args>`, with its item lines; by other variables where the last argument says so. */
export async function runPacks(
  world: World,
  ...given: (string | { readonly env: Record<string, string> })[]
) {
  const args = given.filter((arg) => typeof arg === "string");
  const options = given.find((arg) => typeof arg === "object");
  const ended = await world.run(["--json", "--chat", "-1001", ...args], options);
  const lines = ended.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Item);
  return { ...ended, items: lines.filter(({ type }) => type === "item") };
}

/** Ids in the ledger that are not those of their own objects, by what was really posted. */
export function wrongIds(world: World): unknown[] {
  const posted = new Map(world.posts().map(({ file_id, sha256 }) => [file_id, world.keyOf(sha256)]));
  const rows = world.rows(
    "select s.r2_key as key, c.tg_file_id as id from media_cache c join media_store s on s.sha256 = c.sha256 where c.status = 'ready'",
  );
  return rows.filter(({ key, id }) => posted.get(String(id)) !== key);
}

export const proofs = (world: World) =>
  world
    .rows("select what, result from prewarm_proofs order by what")
    .map(({ what, result }) => `${what} ${result}`);

/** Writes down what a probe would have. */
export function prove(world: World, what: string, result: string): void {
  world.edit(
    `insert into prewarm_proofs values ('default', 'channel', '${what}', '${result}', '{}', ${Date.now()})`,
  );
}

/** Forgets all that was proved. */
export function forgetProofs(world: World): void {
  world.edit("delete from prewarm_proofs");
}

/** How many of these ids the method for photos takes. */
export async function servedAlone(world: World, ids: readonly string[]): Promise<number> {
  const headers = { "content-type": "application/json" };
  let served = 0;
  for (const photo of ids) {
    const body = JSON.stringify({ chat_id: CHAT, photo });
    const answer = await fetch(`${world.botApi.url}/bot${TOKEN}/sendPhoto`, {
      method: "POST",
      headers,
      body,
    });
    if (answer.ok) served += 1;
  }
  return served;
}

/** Contents that were posted by more than one message, those of canaries left out, which go by their ids. */
export function postedTwice(world: World): (string | undefined)[] {
  const own = world.posts().filter(({ transfer }) => transfer === "url" || transfer === "upload");
  const seen = new Set<string | null>();
  return own.flatMap(({ sha256 }) => {
    const again = seen.has(sha256);
    seen.add(sha256);
    return again ? [world.keyOf(sha256)] : [];
  });
}

/** How many media messages held, each size once. */
export const sizes = (items: readonly Item[]) =>
  [...new Set(items.map(({ pack }) => pack?.size ?? 1))].sort((a, b) => a - b);

export const calls = (world: World, name: string) =>
  world.botApi.calls().filter(({ method }) => method === name);
