import type { Reason } from "../domain/reasons.ts";

interface ErrorText {
  /** Matched against the description, which may begin with `Bad Request: ` or `Forbidden: `; case does not matter. */
  readonly text: RegExp;
  readonly reason: Reason;
  /** Only with this code. */
  readonly code?: number;
}

function row(text: RegExp, reason: Reason, code?: number): ErrorText {
  return code === undefined ? { text, reason } : { text, reason, code };
}

/** The answer to an edit that changes nothing, which is no failure: the message is there (tdlib/telegram-bot-api Client.cpp). */
export const NOT_MODIFIED = /message is not modified|MESSAGE_NOT_MODIFIED/i;

/**
 * What Telegram's error texts mean; the first matching row wins. Sources: tdlib/telegram-bot-api Query.cpp and
 * Client.cpp (fail_query_with_error), tdlib/td, and the issue threads named beside a row.
 */
export const ERROR_TEXTS: readonly ErrorText[] = [
  // A flood wait that hits while the server pushes file parts arrives as HTTP 400 without parameters (tdlib/td#3003).
  row(/too many requests: retry after \d+|(?:FLOOD|SLOWMODE)_(?:[A-Z]+_)?WAIT(?:_\d+)?\b/i, "flood_wait"),

  // In answer to edits, forwards and deletions (tdlib/telegram-bot-api Client.cpp, check_message; tdlib/td MessagesManager.cpp).
  row(/message to \w+ not found|MESSAGE_ID_INVALID/i, "message_missing"),
  row(/has protected content|CHAT_FORWARDS_RESTRICTED/i, "message_protected"),
  row(
    /message can't be \w+|MESSAGE_AUTHOR_REQUIRED|MESSAGE_EDIT_TIME_EXPIRED|MESSAGE_DELETE_FORBIDDEN/i,
    "message_locked",
  ),

  row(/group chat was upgraded to a supergroup/i, "chat_migrated"),
  row(/bot was kicked from|USER_KICKED|USER_BANNED_IN_CHANNEL/i, "bot_kicked"),
  row(/bot is not a member|CHAT_GUEST_SEND_FORBIDDEN|USER_NOT_PARTICIPANT/i, "bot_not_member"),
  row(/bots? can't send messages to (?:the )?bots?\b|USER_IS_BOT\b/i, "chat_is_bot"),
  row(
    /bot was blocked by the user|bot can't initiate conversation|bot can't send messages to|USER_IS_BLOCKED|YOU_BLOCKED_USER/i,
    "bot_blocked",
  ),
  row(
    /chat was deleted|user is deactivated|chat was deactivated|INPUT_USER_DEACTIVATED|USER_DEACTIVATED(?:_BAN)?\b|USER_DELETED/i,
    "chat_gone",
  ),
  row(
    /not enough rights to send \w+(?: \w+)* to the chat|CHAT_SEND_\w+_FORBIDDEN|VOICE_MESSAGES_FORBIDDEN|VIDEO_MESSAGES_FORBIDDEN/i,
    "kind_not_allowed",
  ),
  row(
    /need administrator rights|have no write access|not enough rights|CHAT_ADMIN_REQUIRED|CHAT_WRITE_FORBIDDEN|RIGHT_FORBIDDEN|no rights to send/i,
    "no_rights",
  ),
  row(
    /message thread (?:is )?(?:not found|closed|invalid)|MESSAGE_THREAD_INVALID|TOPIC_(?:CLOSED|DELETED|ID_INVALID)/i,
    "topic_missing",
  ),
  row(
    /(?:chat|user) not found|chat_id is empty|(?:PEER|CHAT|USER)_ID_INVALID|CHANNEL_(?:INVALID|PRIVATE)|(?:USERNAME|CHAT|USER)_INVALID|USERNAME_NOT_OCCUPIED/i,
    "chat_not_found",
  ),
  // The chat, or Telegram on its behalf, takes nothing from this bot (core.telegram.org/method/messages.sendMedia).
  row(
    /CHAT_RESTRICTED|CHAT_FORBIDDEN|PEER_FLOOD|ALLOW_PAYMENT_REQUIRED|PAYMENT_REQUIRED|USER_PRIVACY_RESTRICTED|PRIVACY_PREMIUM_REQUIRED|USER_RESTRICTED|CHAT_TOO_BIG|BROADCAST_FORBIDDEN|SEND_AS_PEER_INVALID|BOT_GROUPS_BLOCKED/i,
    "chat_refuses",
  ),

  row(/FROZEN_METHOD_INVALID/i, "bot_frozen"),
  row(/logged out|invalid api-id\/api-hash/i, "bot_logged_out"),
  row(/unallowed token/i, "token_wrong", 421),
  row(/method not found/i, "api_root_wrong", 404),

  // The server did not get, or lost, parts of an upload (core.telegram.org/api/files).
  row(
    /FILE_PARTS?_(?:\d+_)?(?:\w+_)?(?:MISSING|INVALID|EMPTY|CHANGED)|MD5_CHECKSUM_INVALID/i,
    "upload_incomplete",
  ),
  // Trouble inside Telegram; the item was not posted (core.telegram.org/api/errors, 500 and 503 of the inner API).
  row(
    /RPC_\w+_FAIL|INTERDC_\w+_ERROR|WORKER_BUSY|MSG_WAIT_(?:FAILED|TIMEOUT)|group send failed|message was not sent/i,
    "telegram_busy",
  ),

  row(/wrong type of the web page content|WEBPAGE_MEDIA_EMPTY/i, "url_wrong_type"),
  row(/failed to get HTTP URL content|WEBPAGE_CURL_FAILED/i, "url_fetch_failed"),
  row(
    /wrong HTTP URL specified|EXTERNAL_URL_INVALID|invalid file HTTP URL|URL must be in UTF-8|WEBPAGE_URL_INVALID|WC_CONVERT_URL_INVALID/i,
    "url_invalid",
  ),
  row(/can't upload file by URL/i, "url_not_allowed"),
  // Only in answer to a URL: unfitting.ts says what these mean for an upload, which has neither URL nor file_id.
  row(/wrong file identifier\/HTTP URL specified|\bMEDIA_EMPTY/i, "url_invalid"),
  row(
    /remote file identifier|invalid file_id|wrong file_id|can't use file of type|FILE_REFERENCE_|FILE_ID_INVALID/i,
    "file_id_dead",
  ),

  row(/PHOTO_INVALID_DIMENSIONS|PHOTO_CROP_SIZE_SMALL/i, "photo_dimensions"),
  row(
    /IMAGE_PROCESS_FAILED|PHOTO_SAVE_FILE_INVALID|PHOTO_INVALID\b|PHOTO_CONTENT_TYPE_INVALID/i,
    "photo_processing",
  ),
  row(/photo has unsupported extension|PHOTO_EXT_INVALID/i, "photo_extension"),
  row(/too big for a photo/i, "photo_too_big"),
  row(/request entity too large/i, "body_refused"),
  row(/file is too big/i, "file_too_big"),
  row(/file must be non-empty|FILE_EMTPY|FILE_EMPTY/i, "file_empty"),
  // What is wrong with the file itself, by the inner API's names (core.telegram.org/method/messages.sendMedia).
  row(
    /\b(?:MEDIA|VIDEO|AUDIO|DOCUMENT|GIF|VOICE|FILE)(?:_[A-Z]+)*_INVALID\b|can't use the media of the specified type/i,
    "media_refused",
  ),
];
