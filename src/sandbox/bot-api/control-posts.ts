import { createHash } from "node:crypto";
import type { Chat } from "./chats.ts";
import { botsNamed, ControlError, type ControlStep, chatNamed } from "./control-names.ts";
import type { DeletionOrder, PostOrder } from "./control-schema.ts";
import { NO_FRAME } from "./frame.ts";
import { authorOf } from "./post-message.ts";
import type { Author, NewPost, Posted } from "./posted.ts";
import type { StoredFile } from "./stored-file.ts";
import { wait } from "./wait.ts";
import { type BotApiWorld, sinceStart } from "./world.ts";

const MINUTE_MS = 60_000;
/** A picture of somebody else's; its bytes are never asked for. */
const PICTURE = { width: 800, height: 600, bytes: 48_000 };

/**
 * Has somebody else, or a bot, post in a chat: once, so many times, or at a rate, until it is told to stop. No flood control applies.
 * Throws ControlError where nobody can.
 */
export function putPosts(order: PostOrder | null, world: BotApiWorld): ControlStep {
  const { live } = world;
  if (order === null) return () => live.people.abort();
  const chat = chatNamed(order.chat, world);
  const sha256 = order.key === undefined ? null : sha256Of(order.key, world);
  const by = authorNamed(order.by ?? "somebody", world);
  const post = (index: number) => addPost(order, { chat, by, sha256, index }, world);
  const { rate, count = 1 } = order;
  if (rate !== undefined)
    return () => {
      if (live.people.signal.aborted) live.people = new AbortController();
      void postOnAndOn(post, { rate, count: order.count ?? Number.POSITIVE_INFINITY }, world);
    };
  return () => {
    for (let index = 0; index < count; index += 1) post(index);
  };
}

/** Has somebody delete messages of a chat: those named, or a share of all. Throws ControlError where one is not there. */
export function deletePosts(order: DeletionOrder, world: BotApiWorld): ControlStep {
  const chat = chatNamed(order.chat, world);
  const [bot] = botsNamed(order.bot, world);
  if (bot === undefined) throw new ControlError("the sandbox has no bot");
  if ((order.message_ids === undefined) === (order.share === undefined))
    throw new ControlError("delete_messages: give either message_ids or share");
  const named = order.message_ids?.map((id) => {
    const posted = world.posted.find(chat, bot, id);
    if (posted === undefined) throw new ControlError(`delete_messages: chat ${chat.id} has no message ${id}`);
    return posted;
  });
  return () => {
    for (const posted of named ?? drawn(order.share ?? 0, chat, world)) posted.deleted = true;
  };
}

function drawn(share: number, chat: Chat, { posted, random }: BotApiWorld): Posted[] {
  return posted.list().filter((each) => each.chat.id === chat.id && !each.deleted && random() < share);
}

async function postOnAndOn(
  post: (index: number) => void,
  { rate, count }: { rate: number; count: number },
  world: BotApiWorld,
): Promise<void> {
  const signal = AbortSignal.any([world.stop, world.live.people.signal]);
  const began = world.clock.now();
  for (let index = 0; index < count && !signal.aborted; index += 1) {
    post(index);
    await wait(world.clock, began + ((index + 1) * MINUTE_MS) / rate - world.clock.now(), signal);
  }
}

interface Particulars {
  readonly chat: Chat;
  readonly by: Author;
  /** Of the object whose content is posted; null for content of its own. */
  readonly sha256: string | null;
  readonly index: number;
}

function addPost(order: PostOrder, { chat, by, sha256, index }: Particulars, world: BotApiWorld): void {
  const file =
    order.kind === undefined ? null : fileOf(order.kind, sha256 ?? contentOf(order, index, world), world);
  const message: NewPost = {
    chat,
    by,
    method: "",
    way: "person",
    file,
    text: file === null ? (order.text ?? "hello") : null,
    pack: null,
    moved: 0,
    parameters: {},
    origin: null,
    guarded: order.protect ?? false,
    keyboardOfOwn: false,
    at: sinceStart(world),
    wall: world.clock.wall(),
    frame: { ...NO_FRAME, caption: order.caption?.trim() ?? "" },
  };
  const readers = world.bots.list.filter(({ id }) => chat.membership.get(id) === "member");
  world.posted.add(message, by.bot === null ? readers : [by.bot]);
}

function fileOf(kind: StoredFile["kind"], sha256: string, world: BotApiWorld): StoredFile {
  const { bytes, ...side } = PICTURE;
  const photo = kind === "photo";
  const facts = { kind, bytes, sha256, ...side, mime: photo ? "image/jpeg" : null, name: null, duration: 0 };
  const rest = { title: null, performer: null, sizes: photo ? [PICTURE] : [], thumbnail: null };
  return world.files.add({ ...facts, ...rest }, null);
}

function contentOf({ by, kind }: PostOrder, index: number, world: BotApiWorld): string {
  const made = `${by} ${kind} ${index} ${world.posted.list().length}`;
  return createHash("sha256").update(made).digest("hex");
}

function sha256Of(key: string, { sha256OfKey }: BotApiWorld): string {
  const sha256 = sha256OfKey?.(key) ?? null;
  if (sha256 === null) throw new ControlError(`post.key: the bucket has no object "${key}"`);
  return sha256;
}

/** A bot of the sandbox where there is one of that name, else a person with a number of their own. */
function authorNamed(name: string | number, { bots }: BotApiWorld): Author {
  const bot = bots.find(name);
  if (bot !== undefined) return authorOf(bot);
  const digest = createHash("sha256").update(String(name)).digest();
  return { id: 1_000_000_000 + digest.readUInt32BE(0), name: String(name), bot: null };
}
