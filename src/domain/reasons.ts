import {
  AS_DOCUMENT,
  BY_UPLOAD,
  info,
  LOOKS_AGAIN,
  ONLY_UNKNOWN,
  OPEN_CHAT,
  R2_TOKEN,
  type ReasonInfo,
  RUN_AGAIN,
} from "./way-out.ts";

/** Every reason that an item, a lane or a run can fail for: stable, public, each with what to do about it. */
export const REASONS = {
  // flood: Telegram asks us to wait
  flood_wait: info(
    "flood",
    "nothing to do: the lane waits as long as Telegram asked; more warmup chats go faster",
  ),

  // transient: nothing was posted, another try is safe
  connect_failed: info("transient", RUN_AGAIN),
  send_interrupted: info("transient", RUN_AGAIN),
  send_stalled: info("transient", RUN_AGAIN),
  telegram_busy: info("transient", RUN_AGAIN),
  upload_incomplete: info("transient", RUN_AGAIN),
  body_refused: info("transient", {
    run: "raise the limit of what stands in front of the Bot API server (nginx: `client_max_body_size`), then run again",
    worker:
      "raise the limit of what stands in front of the Bot API server (nginx: `client_max_body_size`); {again} tries it at once",
  }),
  refused_unclear: info("transient", {
    run: "run again: this failure does not last; read the text that Telegram gave if it comes each time",
    worker:
      "nothing to do: the worker tries again by itself; read the text that Telegram gave if it comes each time",
  }),
  r2_unavailable: info("transient", RUN_AGAIN),
  r2_interrupted: info("transient", RUN_AGAIN),
  stopped: info("transient", {
    run: "run again to go on",
    worker: "nothing to do: the worker goes on with it when it runs again",
  }),

  // in_doubt: it may have been posted
  answer_lost: info("in_doubt", ONLY_UNKNOWN),
  server_error: info("in_doubt", ONLY_UNKNOWN),
  bad_answer: info("in_doubt", ONLY_UNKNOWN),
  process_died: info("in_doubt", ONLY_UNKNOWN),

  // media: Telegram does not take this file this way
  photo_dimensions: info("media", AS_DOCUMENT),
  photo_processing: info("media", AS_DOCUMENT),
  photo_too_big: info("media", AS_DOCUMENT),
  photo_extension: info("media", AS_DOCUMENT),
  file_too_big: info(
    "media",
    "use a Bot API server of your own in local mode (`--api-root`, `--api-local`): it takes 2000 MB",
  ),
  file_over_local_limit: info("media", "split the file: no Bot API server takes more than 2000 MB"),
  file_empty: info("media", "replace it with a file that has content"),
  media_refused: info(
    "media",
    "read the text that Telegram gave; the file is probably not what its extension says",
  ),
  url_fetch_failed: info("media", BY_UPLOAD),
  url_wrong_type: info("media", BY_UPLOAD),
  url_invalid: info("media", BY_UPLOAD),
  url_not_allowed: info("media", BY_UPLOAD),
  file_id_dead: info("media", {
    run: "warm it again with `--force`",
    worker: "{again} makes a new one",
  }),
  came_back_as_document: info(
    "media",
    "serve it with sendDocument, or replace the file by one that Telegram takes as a photo",
  ),
  came_back_as_other: info(
    "media",
    "serve it by the kind it came back as, or ask for that kind in the manifest",
  ),
  short_unique_id: info("media", {
    run: "warm it again with `--retry-weak-id`",
    worker: "{again} asks for a better one",
  }),

  // media: a message in a chat that was asked for
  message_missing: info("media", "nothing to do: the message is not in its chat, or not any more"),
  message_locked: info(
    "media",
    "nothing to do, or let the bot edit posts in this chat: what prewarm cannot ask for by an edit it forwards or warms",
  ),
  message_protected: info(
    "media",
    "allow forwarding in the chat's settings, or let the bot edit posts there: prewarm then can look for messages whose answers were lost",
  ),

  // object: R2 does not have it, or not any more
  object_missing: info(
    "object",
    "give the key as the bucket has it where another is named, else put the object back or take its key out of the manifest",
  ),
  key_not_kept: info("object", "give the object a key without NUL characters: databases do not keep them"),
  object_changed: info("object", {
    run: "run again: the object was replaced while it was being sent",
    worker:
      "nothing to do: the object was replaced while it was being sent, and the next pass finds the new one",
  }),
  object_denied: info("object", "allow the R2 token to read this object"),
  content_encoding: info(
    "object",
    "store the object without Content-Encoding, or packed as its Content-Encoding says by gzip, br or deflate",
  ),
  object_mismatch: info(
    "object",
    "correct `bytes`, `etag` or `sha256` in the manifest: the object has others",
  ),

  // chat: this warmup chat does not take messages
  chat_not_found: info(
    "chat",
    "check the id in WARMUP_CHAT_ID (channels begin with -100) and that the bot was added to the chat",
  ),
  chat_migrated: info("chat", "put the new id into WARMUP_CHAT_ID"),
  chat_gone: info("chat", {
    run: "make a new warmup chat and put its id into WARMUP_CHAT_ID",
    worker: "make a new warmup chat, put its id into WARMUP_CHAT_ID and start the worker again",
  }),
  bot_kicked: info("chat", OPEN_CHAT),
  bot_not_member: info("chat", OPEN_CHAT),
  bot_blocked: info("chat", {
    run: "open the chat with the bot and press Start, then run again",
    worker: `open the chat with the bot and press Start; ${LOOKS_AGAIN}`,
  }),
  no_rights: info("chat", OPEN_CHAT),
  kind_not_allowed: info(
    "chat",
    "allow this kind of media in the chat's permissions, or make the bot an administrator",
  ),
  chat_is_bot: info(
    "chat",
    "put the id of a channel, a group or a person into WARMUP_CHAT_ID: bots cannot write to bots",
  ),
  chat_refuses: info(
    "chat",
    "read the text that Telegram gave, and at the chat's settings; else put another warmup chat into WARMUP_CHAT_ID",
  ),
  topic_missing: info("chat", "use a chat without topics, or open its General topic"),

  // auth: credentials or rights of the whole run
  token_wrong: info(
    "auth",
    "copy the token again from BotFather (/mybots, your bot, API Token) into TELEGRAM_BOT_TOKEN, or into the `token_env` of that bot",
  ),
  api_root_wrong: info("auth", "check TELEGRAM_API_ROOT: nothing that speaks the Bot API answers there"),
  bot_frozen: info("auth", "Telegram froze this bot; appeal through @SpamBot or use another bot"),
  bot_logged_out: info(
    "auth",
    "this bot is logged out of that server (or its api-id is wrong); log in there or use another API root",
  ),
  r2_key_unknown: info("auth", R2_TOKEN),
  r2_signature_wrong: info("auth", R2_TOKEN),
  r2_region_wrong: info(
    "auth",
    "use a server that takes signatures for the region `auto`, as R2 does, or let this one accept any region",
  ),
  r2_denied: info("auth", R2_TOKEN),
  r2_clock_skew: info(
    "auth",
    "set this machine's clock: signatures are refused when it is more than 15 minutes off",
  ),
  bucket_missing: info(
    "auth",
    "check R2_BUCKET and R2_ENDPOINT (a bucket of a jurisdiction needs <account>.eu.r2.cloudflarestorage.com, .us. or .fedramp.)",
  ),
  endpoint_wrong: info(
    "auth",
    "check R2_ENDPOINT (or R2_ACCOUNT_ID): a web page answers there and not S3, such as a dashboard, a login page, or something in front of the server",
  ),
  no_lane_left: info("auth", {
    run: "see why its bot or its chats are out (the last table of a run names them), fix one, then run again",
    worker: `fix one of the warmup chats; ${LOOKS_AGAIN}`,
  }),

  // config: input that nobody can work with
  method_unknown: info(
    "config",
    "the server at TELEGRAM_API_ROOT is too old for the method that sends this kind: update it, or warm other kinds",
  ),
  package_missing: info("config", "install it, without `--omit=optional`: `npm install --include=optional`"),
  manifest_line: info("config", "correct the line; all other lines were read"),
  manifest_syntax: info("config", "correct the file from there on: nothing after a syntax error can be read"),
  manifest_unreadable: info(
    "config",
    "look at the path of --manifest and at who may read the file; a worker reads it as soon as it can",
  ),
  manifest_bot: info("config", "use the slug of a configured bot, or leave `bot` out"),
  selection_empty: info("config", "correct it, or add `--allow-empty` where finding nothing is fine"),

  // config: a ledger that belongs to somebody else
  ledger_other_bot: info(
    "config",
    "use another --ledger, or give the bot another slug (--bot): an id serves only the bot it was made by",
  ),
  ledger_other_api_root: info(
    "config",
    "use another --ledger, or set TELEGRAM_API_ROOT back to the server that the ids came from",
  ),
  ledger_other_bucket: info("config", "use another --ledger: every bucket needs its own"),
  ledger_sandbox: info("config", "use another --ledger: ids from a sandbox are useless elsewhere"),
  ledger_real: info("config", "use another --ledger: a sandbox must not write among real ids"),
} as const satisfies Record<string, ReasonInfo>;

/** The name of a reason, as it is in the output and the ledger. */
export type Reason = keyof typeof REASONS;

/** True for the name of a reason; false for one that only a newer prewarm knows, and for skip reasons. */
export function isReason(name: string): name is Reason {
  return Object.hasOwn(REASONS, name);
}
