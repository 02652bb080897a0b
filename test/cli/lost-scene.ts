import type { ChatOptions } from "../../src/sandbox/bot-api/options.ts";
import { openWorld, type World } from "../helpers/world.ts";

/** Ids as Telegram gives them: those of channels and supergroups say that each numbers its messages by itself. */
export const CHANNELS = [1, 2, 3, 4].map((each) => -1_001_000_000_000 - each);
export const GROUP = -4_001;

/** What is done about the chats: `edit` leaves a bot nothing but its own posts. */
export type Rights = "edit" | "forward" | "none";

/** Four channels and a group with these rights, and as many objects. */
export async function lostScene(rights: Rights, objects: number): Promise<World> {
  const more: Partial<ChatOptions> =
    rights === "edit" ? { canEditMessages: [] } : rights === "none" ? { protected: true } : {};
  const world = await openWorld({
    chats: [
      ...CHANNELS.map((id) => ({ id, type: "channel" as const, title: `channel ${id}`, ...more })),
      { id: GROUP, type: "group", title: "group" },
    ],
  });
  world.putMany(objects);
  return world;
}

/** Of the sends from now on so large a share gets no answer, although they are posted (`posted`), or not. */
export function loseAnswers(world: World, share: number, { posted = true } = {}): void {
  const fault = posted ? { type: "post_then_drop" } : { type: "half_open", posted: false };
  world.botApi.control({
    faults: [{ server: "bot-api", match: { method: "sendDocument", probability: share }, fault }],
  });
}

/** Everything is answered from now on. */
export function answerAll(world: World): void {
  world.botApi.control({ faults: [] });
}

/** What stands in the chats: messages of ours, how often each content is there, and what looks left. */
export function chatsOf(world: World) {
  const there = world.posts().filter(({ deleted, bot }) => !deleted && bot !== null);
  const own = there.filter(({ forward_of: origin }) => origin === null);
  const contents = new Map<string | null, number>();
  for (const { sha256 } of own) contents.set(sha256, (contents.get(sha256) ?? 0) + 1);
  return {
    messages: own.length,
    twice: [...contents.values()].filter((count) => count > 1).length,
    copies: there.length - own.length,
    withoutTag: own.filter(({ caption }) => !/^[a-z]{10}$/.test(caption ?? "")).length,
  };
}

/** Calls of looks, whatever came of them. */
export function lookCalls(world: World): number {
  return world.botApi.calls().filter(({ method }) => /^(?:edit|forward|delete)/.test(method)).length;
}

/** Ids in the ledger that are not those of a message of that content, which there must be none of. */
export function wrongIds(world: World): unknown[] {
  const posted = new Map(world.posts().map(({ file_id: id, sha256 }) => [id, world.keyOf(sha256)]));
  return world
    .rows(
      "select s.r2_key as key, c.tg_file_id as id from media_cache c join media_store s on s.sha256 = c.sha256 where c.status = 'ready'",
    )
    .filter(({ key, id }) => posted.get(String(id)) !== key);
}

/** What a dry run with `--json` says at its end. */
export function planOf(stdout: string) {
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
    readonly to_warm: number;
    readonly lost: Readonly<Record<string, unknown>>;
  };
}
