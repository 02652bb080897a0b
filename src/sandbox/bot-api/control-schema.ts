import * as v from "valibot";
import { MEDIA_KINDS } from "../../domain/media.ts";
import { FLOOD_MODELS } from "../flood-control/limits.ts";

const Name = v.union([v.pipe(v.string(), v.minLength(1)), v.number()]);
const Seconds = v.pipe(v.number(), v.minValue(0));
const Ms = v.pipe(v.number(), v.minValue(0));

const ChatChange = v.strictObject({
  id: Name,
  /** Numeric id or username of the only bot that `kick` and `left` apply to; all bots by default. */
  bot: v.optional(Name),
  model: v.optional(v.picklist(FLOOD_MODELS)),
  /** Messages a minute. */
  rate: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1_000_000))),
  burst: v.optional(v.pipe(v.number(), v.minValue(1))),
  absorb_ms: v.optional(Ms),
  penalty_ms: v.optional(Ms),
  /** Share of the refused uploads whose flood wait comes as HTTP 400. */
  flood_as_400: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  /** Lifts the limit of this chat. */
  unlimited: v.optional(v.literal(true)),
  kick: v.optional(v.boolean()),
  left: v.optional(v.boolean()),
  /** Kinds that may not be sent there; an empty list allows all again. */
  restrict: v.optional(v.array(v.picklist(MEDIA_KINDS))),
  read_only: v.optional(v.boolean()),
  delete: v.optional(v.boolean()),
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

/** The body of `POST /sandbox/control`. Seconds and milliseconds are those of the sandbox's clock. */
export const Control = v.strictObject({
  /** Restores the state of the start; file_ids stay valid, and message ids continue. */
  reset: v.optional(v.literal(true)),
  chat: v.optional(ChatChange),
  frozen: v.optional(v.strictObject({ chat: Name, bot: v.optional(Name), seconds: Seconds })),
  outage: v.optional(v.nullable(Outage)),
  /** Replaces all rules so far. */
  faults: v.optional(v.array(v.unknown())),
  /** Replaces the profile's. */
  upload_latency_ms: v.optional(v.nullable(v.tuple([Ms, Ms]))),
  /** A user writes to a bot, which gets it by getUpdates. */
  update: v.optional(UserMessage),
  /** Ids that send nothing from now on; a file that is sent anew gets new ones. */
  dead: v.optional(DeadIds),
});

/** An order of `POST /sandbox/control`. */
export type ControlOrder = v.InferOutput<typeof Control>;
/** The part of an order that changes a chat. */
export type ChatOrder = v.InferOutput<typeof ChatChange>;
/** The part of an order that begins an outage. */
export type OutageOrder = v.InferOutput<typeof Outage>;
/** The part of an order that makes a user write. */
export type UpdateOrder = v.InferOutput<typeof UserMessage>;
/** The part of an order that kills ids. */
export type DeadOrder = v.InferOutput<typeof DeadIds>;
