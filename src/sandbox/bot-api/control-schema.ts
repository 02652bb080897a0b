import * as v from "valibot";
import { MEDIA_KINDS } from "../../domain/media.ts";
import { FLOOD_MODELS } from "../flood-control/limits.ts";

const Name = v.union([v.pipe(v.string(), v.minLength(1)), v.number()]);
const Seconds = v.pipe(v.number(), v.minValue(0));
const Ms = v.pipe(v.number(), v.minValue(0));

/** How messages are limited. */
const Limits = {
  model: v.optional(v.picklist(FLOOD_MODELS)),
  /** Messages a minute. */
  rate: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1_000_000))),
  burst: v.optional(v.pipe(v.number(), v.minValue(1))),
  absorb_ms: v.optional(Ms),
  penalty_ms: v.optional(Ms),
  /** Lifts the limit. */
  unlimited: v.optional(v.literal(true)),
};

const BotChange = v.strictObject({
  /** Numeric id or username; all bots by default. */
  id: v.optional(Name),
  ...Limits,
});

const ChatChange = v.strictObject({
  id: Name,
  /** Numeric id or username of the only bot that `kick`, `left` and the rights apply to; all bots by default. */
  bot: v.optional(Name),
  ...Limits,
  /** Share of the refused uploads whose flood wait comes as HTTP 400. */
  flood_as_400: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  kick: v.optional(v.boolean()),
  left: v.optional(v.boolean()),
  /** Kinds that may not be sent there; an empty list allows all again. */
  restrict: v.optional(v.array(v.picklist(MEDIA_KINDS))),
  read_only: v.optional(v.boolean()),
  delete: v.optional(v.boolean()),
  /** The right to edit, and to delete, posts of others in a channel; with `bot` that of one bot. */
  edit_messages: v.optional(v.boolean()),
  delete_messages: v.optional(v.boolean()),
  /** Nothing may be forwarded out of it. */
  protect: v.optional(v.boolean()),
  /** Id of the supergroup that the group becomes; created with the same title and members if there is none. */
  migrate_to: v.optional(v.pipe(v.number(), v.integer(), v.maxValue(-1))),
});

const Outage = v.strictObject({
  /** Without it until `outage: null`. */
  seconds: v.optional(Seconds),
  mode: v.optional(v.picklist(["status", "reset", "hang"]), "status"),
  status: v.optional(v.pipe(v.number(), v.integer(), v.minValue(500), v.maxValue(599)), 502),
  body: v.optional(v.picklist(["json", "empty", "html"]), "html"),
});

const Sender = v.strictObject({
  id: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  first_name: v.optional(v.pipe(v.string(), v.minLength(1))),
  username: v.optional(v.pipe(v.string(), v.minLength(1))),
  language_code: v.optional(v.pipe(v.string(), v.minLength(1))),
});

const UserMessage = v.strictObject({
  /** Numeric id or @username; a positive id that is new becomes the private chat of a new user. */
  chat: Name,
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(4_096)),
  /** Numeric id or username of the bot that gets it; the only bot by default. */
  bot: v.optional(Name),
  /** Who writes; in a private chat the user whose chat it is. */
  from: v.optional(Sender, {}),
});

const DeadIds = v.strictObject({
  /** One id, with all ids that its bot has of the file. */
  file_id: v.optional(v.pipe(v.string(), v.minLength(1))),
  /** Key of an object of the bucket: all ids of its content. */
  key: v.optional(v.pipe(v.string(), v.minLength(1))),
  /** Every id so far. */
  all: v.optional(v.literal(true)),
  /** Numeric id or username of the only bot whose ids die; with `key` and `all`, all bots by default. */
  bot: v.optional(Name),
});

const PostByPeople = v.strictObject({
  chat: Name,
  /** A bot of the sandbox (username or numeric id), else the name of a person; somebody by default. */
  by: v.optional(Name),
  text: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(4_096))),
  /** Posts media of this kind in place of a text. */
  kind: v.optional(v.picklist(MEDIA_KINDS)),
  caption: v.optional(v.pipe(v.string(), v.maxLength(1_024))),
  /** The media has the content of this object of the bucket. */
  key: v.optional(v.pipe(v.string(), v.minLength(1))),
  /** It may not be forwarded. */
  protect: v.optional(v.boolean()),
  /** How many; 1 by default, with `rate` without end. */
  count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000))),
  /** Posts a minute; all at once by default. */
  rate: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1_000_000))),
});

const Deletions = v.strictObject({
  chat: Name,
  /** Their numbers; in a private chat or a basic group those that `bot` has for them. */
  message_ids: v.optional(v.array(v.pipe(v.number(), v.integer(), v.minValue(1)))),
  /** Share (0 to 1) of all messages of the chat. */
  share: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  bot: v.optional(Name),
});

const NewChat = v.strictObject({
  id: v.pipe(v.number(), v.integer(), v.maxValue(-1)),
  type: v.picklist(["group", "supergroup", "channel"]),
  title: v.optional(v.pipe(v.string(), v.minLength(1)), "Chat"),
  username: v.optional(v.pipe(v.string(), v.minLength(1))),
  /** Usernames or numeric ids of the bots in it; all by default. */
  members: v.optional(v.array(Name)),
});

const Rich = v.strictObject({
  supported: v.optional(v.boolean()),
  counts: v.optional(v.picklist(["message", "media"])),
  overflow: v.optional(v.picklist(["refuse", "debt"])),
  ids: v.optional(v.picklist(["ordinary", "rich_only"])),
  names_bad: v.optional(v.boolean()),
  max_body: v.optional(v.nullable(v.pipe(v.number(), v.minValue(0)))),
  url_flood: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0)))),
  keeps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  dropped_ids: v.optional(v.picklist(["live", "dead"])),
});

/** The body of `POST /sandbox/control`. Seconds and milliseconds are those of the sandbox's clock. */
export const Control = v.strictObject({
  /** Restores the state of the start; file_ids stay valid, and message ids continue. */
  reset: v.optional(v.literal(true)),
  chat: v.optional(ChatChange),
  /** The limit of each of these bots over all its chats. */
  bot: v.optional(BotChange),
  frozen: v.optional(v.strictObject({ chat: Name, bot: v.optional(Name), seconds: Seconds })),
  outage: v.optional(v.nullable(Outage)),
  /** Replaces all rules so far. */
  faults: v.optional(v.array(v.unknown())),
  /** Replaces the profile's. */
  upload_latency_ms: v.optional(v.nullable(v.tuple([Ms, Ms]))),
  /** How rich messages behave from now on; members that are not given stay. */
  rich: v.optional(Rich),
  /** A chat that was not there at the start. */
  add_chat: v.optional(NewChat),
  /** Others post in a chat; null ends all that was to go on. */
  post: v.optional(v.nullable(PostByPeople)),
  /** Others delete messages. */
  delete_messages: v.optional(Deletions),
  /** A user writes to a bot, which gets it by getUpdates. */
  update: v.optional(UserMessage),
  /** Ids that send nothing from now on; a file that is sent anew gets new ones. */
  dead: v.optional(DeadIds),
});

/** An order of `POST /sandbox/control`. */
export type ControlOrder = v.InferOutput<typeof Control>;
/** The part of an order that changes a chat. */
export type ChatOrder = v.InferOutput<typeof ChatChange>;
/** The part of an order that changes the limit of a bot. */
export type BotOrder = v.InferOutput<typeof BotChange>;
/** The part of an order that begins an outage. */
export type OutageOrder = v.InferOutput<typeof Outage>;
/** The part of an order that makes a user write. */
export type UpdateOrder = v.InferOutput<typeof UserMessage>;
/** The part of an order that kills ids. */
export type DeadOrder = v.InferOutput<typeof DeadIds>;
/** The part of an order that makes others post. */
export type PostOrder = v.InferOutput<typeof PostByPeople>;
/** The part of an order that makes others delete. */
export type DeletionOrder = v.InferOutput<typeof Deletions>;
/** The part of an order that adds a chat. */
export type NewChatOrder = v.InferOutput<typeof NewChat>;
/** The part of an order that changes how rich messages behave. */
export type RichOrder = v.InferOutput<typeof Rich>;
