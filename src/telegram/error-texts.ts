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

/**
 * What Telegram's error texts mean; the first matching row wins. Sources: tdlib/telegram-bot-api Query.cpp and
 * Client.cpp (fail_query_with_error), tdlib/td, and the issue threads named beside a row.
 */
export const ERROR_TEXTS: readonly ErrorText[] = [
  // A flood wait that hits while the server pushes file parts arrives as HTTP 400 without parameters (tdlib/td#3003).
  row(/too many requests: retry after \d+/i, "flood_wait"),

  row(/group chat was upgraded to a supergroup/i, "chat_migrated"),
  row(/bot was kicked from/i, "bot_kicked"),
  row(/bot is not a member/i, "bot_not_member"),
  row(
    /bot was blocked by the user|bot can't initiate conversation|bot can't send messages to/i,
    "bot_blocked",
  ),
  row(/chat was deleted|user is deactivated|chat was deactivated/i, "chat_gone"),
  row(/not enough rights to send \w+(?: \w+)* to the chat|CHAT_SEND_\w+_FORBIDDEN/i, "kind_not_allowed"),
  row(
    /need administrator rights|have no write access|not enough rights|CHAT_ADMIN_REQUIRED|CHAT_WRITE_FORBIDDEN|no rights to send/i,
    "no_rights",
  ),
  row(/message thread not found|TOPIC_(CLOSED|DELETED)/i, "topic_missing"),
  row(/chat not found|chat_id is empty|PEER_ID_INVALID|CHANNEL_(INVALID|PRIVATE)/i, "chat_not_found"),

  row(/FROZEN_METHOD_INVALID/i, "bot_frozen"),
  row(/logged out|invalid api-id\/api-hash/i, "bot_logged_out"),
  row(/unallowed token/i, "token_wrong", 421),
  row(/method not found/i, "api_root_wrong", 404),

  row(/wrong type of the web page content|WEBPAGE_MEDIA_EMPTY/i, "url_wrong_type"),
  row(/failed to get HTTP URL content|WEBPAGE_CURL_FAILED/i, "url_fetch_failed"),
  row(
    /wrong HTTP URL specified|EXTERNAL_URL_INVALID|invalid file HTTP URL|URL must be in UTF-8/i,
    "url_invalid",
  ),
  row(/can't upload file by URL/i, "url_not_allowed"),
  // Only in answer to a URL does this mean that the URL was wrong; otherwise the file_id is dead.
  row(/wrong file identifier\/HTTP URL specified|\bMEDIA_EMPTY/i, "url_invalid"),
  row(
    /remote file identifier|invalid file_id|wrong file_id|can't use file of type|FILE_REFERENCE_/i,
    "file_id_dead",
  ),

  row(/PHOTO_INVALID_DIMENSIONS/i, "photo_dimensions"),
  row(/IMAGE_PROCESS_FAILED|PHOTO_SAVE_FILE_INVALID/i, "photo_processing"),
  row(/photo has unsupported extension/i, "photo_extension"),
  row(/too big for a photo/i, "photo_too_big"),
  row(/request entity too large|file is too big/i, "file_too_big"),
  row(/file must be non-empty|FILE_PARTS_INVALID/i, "file_empty"),
];
