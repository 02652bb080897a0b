import { describe, expect, it } from "vitest";
import type { FailureClass } from "../../src/domain/failure.ts";
import type { Reason } from "../../src/domain/reasons.ts";
import * as classify from "../../src/telegram/classify.ts";
import { newWire, type Wire } from "../../src/telegram/wire.ts";

const ASKED: classify.Asked = { host: "api.example", path: "", bytes: null };
const classifyRefusal = (refusal: classify.BotApiRefusal, asked: Partial<classify.Asked> = {}) =>
  classify.classifyRefusal(refusal, { ...ASKED, ...asked });
const classifyWire = (wire: Wire, cause: string, asked: Partial<classify.Asked> = {}) =>
  classify.classifyWire(wire, cause, { ...ASKED, ...asked });

type Row = readonly [code: number, text: string, failureClass: FailureClass, reason: Reason];

/** One or more for each row of the table of error texts that the sources of tdlib and many reports give. */
const ROWS: readonly Row[] = [
  [429, "Too Many Requests: retry after 17", "flood", "flood_wait"],
  [400, "Bad Request: too Many Requests: retry after 17", "flood", "flood_wait"],
  [401, "Unauthorized", "auth", "token_wrong"],
  [401, "Unauthorized: invalid token specified", "auth", "token_wrong"],
  [404, "Not Found", "auth", "token_wrong"],
  [404, "Not Found: method not found", "auth", "api_root_wrong"],
  [421, "Misdirected Request: unallowed token specified", "auth", "token_wrong"],
  [400, "Bad Request: FROZEN_METHOD_INVALID", "auth", "bot_frozen"],
  [400, "Logged out", "auth", "bot_logged_out"],
  [401, "Unauthorized: invalid api-id/api-hash", "auth", "bot_logged_out"],
  [400, "Bad Request: chat not found", "chat", "chat_not_found"],
  [400, "Bad Request: chat_id is empty", "chat", "chat_not_found"],
  [400, "Bad Request: PEER_ID_INVALID", "chat", "chat_not_found"],
  [400, "Bad Request: group chat was upgraded to a supergroup chat", "chat", "chat_migrated"],
  [403, "Forbidden: bot was kicked from the group chat", "chat", "bot_kicked"],
  [403, "Forbidden: bot was kicked from the supergroup chat", "chat", "bot_kicked"],
  [403, "Forbidden: bot was kicked from the channel chat", "chat", "bot_kicked"],
  [403, "Forbidden: bot is not a member of the group chat", "chat", "bot_not_member"],
  [403, "Forbidden: bot is not a member of the supergroup chat", "chat", "bot_not_member"],
  [403, "Forbidden: bot is not a member of the channel chat", "chat", "bot_not_member"],
  [403, "Forbidden: the group chat was deleted", "chat", "chat_gone"],
  [403, "Forbidden: user is deactivated", "chat", "chat_gone"],
  [403, "Forbidden: bot was blocked by the user", "chat", "bot_blocked"],
  [403, "Forbidden: bot can't initiate conversation with a user", "chat", "bot_blocked"],
  [400, "Bad Request: need administrator rights in the channel chat", "chat", "no_rights"],
  [400, "Bad Request: have no write access to the chat", "chat", "no_rights"],
  [400, "Bad Request: not enough rights to send photos to the chat", "chat", "kind_not_allowed"],
  [400, "Bad Request: not enough rights to send videos to the chat", "chat", "kind_not_allowed"],
  [400, "Bad Request: not enough rights to send documents to the chat", "chat", "kind_not_allowed"],
  [400, "Bad Request: not enough rights to send voice notes to the chat", "chat", "kind_not_allowed"],
  [400, "Bad Request: CHAT_ADMIN_REQUIRED", "chat", "no_rights"],
  [400, "Bad Request: CHAT_WRITE_FORBIDDEN", "chat", "no_rights"],
  [400, "Bad Request: message thread not found", "chat", "topic_missing"],
  [400, "Bad Request: wrong type of the web page content", "media", "url_wrong_type"],
  [400, "Bad Request: WEBPAGE_MEDIA_EMPTY", "media", "url_wrong_type"],
  [400, "Bad Request: failed to get HTTP URL content", "media", "url_fetch_failed"],
  [400, "Bad Request: WEBPAGE_CURL_FAILED", "media", "url_fetch_failed"],
  [400, "Bad Request: wrong HTTP URL specified", "media", "url_invalid"],
  [400, "Bad Request: EXTERNAL_URL_INVALID", "media", "url_invalid"],
  [400, "Bad Request: invalid file HTTP URL specified: Wrong port number", "media", "url_invalid"],
  [400, "Bad Request: URL must be in UTF-8", "media", "url_invalid"],
  [400, "Bad Request: can't upload file by URL", "media", "url_not_allowed"],
  [400, "Bad Request: wrong file identifier/HTTP URL specified", "media", "url_invalid"],
  [400, "Bad Request: MEDIA_EMPTY", "media", "url_invalid"],
  [400, "Bad Request: wrong remote file identifier specified: Wrong string length", "media", "file_id_dead"],
  [400, "Bad Request: remote file identifier must be non-empty", "media", "file_id_dead"],
  [400, "Bad Request: wrong file_id or the file is temporarily unavailable", "media", "file_id_dead"],
  [400, "Bad Request: invalid file_id", "media", "file_id_dead"],
  [400, "Bad Request: can't use file of type Photo as Document", "media", "file_id_dead"],
  [400, "Bad Request: message to edit not found", "media", "message_missing"],
  [400, "Bad Request: message to forward not found", "media", "message_missing"],
  [400, "Bad Request: message to delete not found", "media", "message_missing"],
  [400, "Bad Request: MESSAGE_ID_INVALID", "media", "message_missing"],
  [400, "Bad Request: message can't be edited", "media", "message_locked"],
  [400, "Bad Request: message can't be forwarded", "media", "message_locked"],
  [400, "Bad Request: message can't be deleted for everyone", "media", "message_locked"],
  [400, "Bad Request: MESSAGE_AUTHOR_REQUIRED", "media", "message_locked"],
  [400, "Bad Request: message has protected content and can't be forwarded", "media", "message_protected"],
  [400, "Bad Request: CHAT_FORWARDS_RESTRICTED", "media", "message_protected"],
  [400, "Bad Request: PHOTO_INVALID_DIMENSIONS", "media", "photo_dimensions"],
  [400, "Bad Request: IMAGE_PROCESS_FAILED", "media", "photo_processing"],
  [400, "Bad Request: photo has unsupported extension. Use one of .jpg or .png", "media", "photo_extension"],
  [
    400,
    "Bad Request: file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes",
    "media",
    "photo_too_big",
  ],
  [400, "Bad Request: file is too big", "media", "file_too_big"],
  [400, "Bad Request: file must be non-empty", "media", "file_empty"],
  [400, "Bad Request: can't use the media of the specified type in the album", "media", "media_refused"],
  [400, "Bad Request: group send failed", "transient", "telegram_busy"],
  [400, "Bad Request: message was not sent", "transient", "telegram_busy"],
  [413, "Request Entity Too Large", "transient", "body_refused"],
  [431, "Request Header Fields Too Large", "transient", "refused_unclear"],
  [415, "Unsupported Media Type", "transient", "refused_unclear"],
  [405, "Method Not Allowed", "transient", "refused_unclear"],
  [408, "Request Timeout", "transient", "refused_unclear"],
  [409, "Conflict", "transient", "refused_unclear"],
  [425, "Too Early", "transient", "refused_unclear"],
  [400, "Bad Request: FLOOD_WAIT_17", "flood", "flood_wait"],
  [420, "FLOOD_WAIT_3", "flood", "flood_wait"],
  [400, "Bad Request: FLOOD_PREMIUM_WAIT_3", "flood", "flood_wait"],
  [400, "Bad Request: SLOWMODE_WAIT_30", "flood", "flood_wait"],
  [400, "Bad Request: CHAT_RESTRICTED", "chat", "chat_refuses"],
  [400, "Bad Request: CHAT_FORBIDDEN", "chat", "chat_refuses"],
  [400, "Bad Request: PEER_FLOOD", "chat", "chat_refuses"],
  [400, "Bad Request: ALLOW_PAYMENT_REQUIRED_10", "chat", "chat_refuses"],
  [403, "Forbidden: USER_PRIVACY_RESTRICTED", "chat", "chat_refuses"],
  [400, "Bad Request: CHAT_GUEST_SEND_FORBIDDEN", "chat", "bot_not_member"],
  [400, "Bad Request: USER_BANNED_IN_CHANNEL", "chat", "bot_kicked"],
  [400, "Bad Request: USER_IS_BLOCKED", "chat", "bot_blocked"],
  [400, "Bad Request: INPUT_USER_DEACTIVATED", "chat", "chat_gone"],
  [400, "Bad Request: CHANNEL_PRIVATE", "chat", "chat_not_found"],
  [400, "Bad Request: user not found", "chat", "chat_not_found"],
  [400, "Bad Request: CHAT_ID_INVALID", "chat", "chat_not_found"],
  [400, "Bad Request: TOPIC_CLOSED", "chat", "topic_missing"],
  [400, "Bad Request: message thread is closed", "chat", "topic_missing"],
  [400, "Bad Request: VOICE_MESSAGES_FORBIDDEN", "chat", "kind_not_allowed"],
  [400, "Bad Request: CHAT_SEND_VOICES_FORBIDDEN", "chat", "kind_not_allowed"],
  [400, "Bad Request: CHAT_SEND_MEDIA_FORBIDDEN", "chat", "kind_not_allowed"],
  [403, "Forbidden: bots can't send messages to bots", "chat", "chat_is_bot"],
  [403, "Forbidden: bot can't send messages to the user", "chat", "bot_blocked"],
  [400, "Bad Request: FILE_PART_0_MISSING", "transient", "upload_incomplete"],
  [400, "Bad Request: FILE_PARTS_INVALID", "transient", "upload_incomplete"],
  [400, "Bad Request: FILE_PART_SIZE_INVALID", "transient", "upload_incomplete"],
  [400, "Bad Request: MD5_CHECKSUM_INVALID", "transient", "upload_incomplete"],
  [400, "Bad Request: RPC_SEND_FAIL", "transient", "telegram_busy"],
  [400, "Bad Request: VIDEO_CONTENT_TYPE_INVALID", "media", "media_refused"],
  [400, "Bad Request: MEDIA_INVALID", "media", "media_refused"],
  [400, "Bad Request: PHOTO_EXT_INVALID", "media", "photo_extension"],
  [400, "Bad Request: PHOTO_CONTENT_TYPE_INVALID", "media", "photo_processing"],
  [501, "Not Implemented", "in_doubt", "server_error"],
  [505, "HTTP Version Not Supported", "in_doubt", "server_error"],
  [500, "Internal Server Error: restart", "in_doubt", "server_error"],
  [500, "Internal Server Error: request aborted", "in_doubt", "server_error"],
  [502, "Bad Gateway", "in_doubt", "server_error"],
  [504, "Gateway Timeout", "in_doubt", "server_error"],
];

const PREFIX = /^(Bad Request|Forbidden): /;
/** Those that a server can put into an album's text, which always comes as 400. */
const IN_ALBUM = ROWS.filter(([code]) => code === 400 || code === 403 || code === 429);

describe("the texts of refusals", () => {
  it("takes an unknown method for an old server where something is posted", () => {
    const refusal = { code: 404, description: "Not Found: method not found" };
    const posted = { by: "url", bytes: null } as const;
    expect(classifyRefusal(refusal, { posted })).toMatchObject({ class: "config", reason: "method_unknown" });
    expect(classifyRefusal(refusal, { posted, path: "/bot" }).reason).toBe("api_root_wrong");
  });

  it.each(ROWS)("%i %s is %s: %s", (code, description, failureClass, reason) => {
    const said = classifyRefusal({ code, description });
    expect(said).toMatchObject({ class: failureClass, reason, code });
    expect(said.message).toContain(description);
  });

  it.each(ROWS)("%i %s means the same however it is capitalised, and without its prefix", (...row) => {
    const [code, description, failureClass, reason] = row;
    const bare = description.replace(PREFIX, "");
    const forms = [bare, bare.toLowerCase(), bare.toUpperCase(), `${bare[0]?.toUpperCase()}${bare.slice(1)}`];
    for (const form of forms)
      expect(classifyRefusal({ code, description: form })).toMatchObject({ class: failureClass, reason });
  });

  it.each(IN_ALBUM)("%i %s means the same inside the text of an album", (...row) => {
    const [, description, failureClass, reason] = row;
    const inner = description.replace(PREFIX, "");
    const wrapped = `Bad Request: failed to send message #3 with the error message "${inner}"`;
    expect(classifyRefusal({ code: 400, description: wrapped })).toMatchObject({
      class: failureClass,
      reason,
    });
  });

  it("names the supergroup that a group became, where it is told", () => {
    const description = "Bad Request: group chat was upgraded to a supergroup chat";
    expect(classifyRefusal({ code: 400, description, migrateTo: "-1007" }).migrateTo).toBe("-1007");
    expect(classifyRefusal({ code: 400, description }).migrateTo).toBeUndefined();
  });

  it.each([
    [400, "transient", "refused_unclear"],
    [403, "chat", "no_rights"],
    [401, "auth", "token_wrong"],
    [418, "transient", "refused_unclear"],
    [413, "transient", "body_refused"],
    [599, "in_doubt", "server_error"],
  ])("falls back on the code %i where nobody knows the text", (code, failureClass, reason) => {
    expect(classifyRefusal({ code, description: "Nobody: knows this" })).toMatchObject({
      class: failureClass,
      reason,
    });
  });
});

describe("what was asked tells what an answer means:", () => {
  it("a 413 names how many bytes something in front refuses, in JSON and in HTML", () => {
    const said = classifyRefusal(
      { code: 413, description: "Request Entity Too Large" },
      { bytes: 3_000_123 },
    );
    expect(said).toMatchObject({ class: "transient", reason: "body_refused", code: 413 });
    const html = classifyWire({ ...newWire(), connected: true, status: 413 }, "", { bytes: 3_000_123 });
    for (const { message } of [said, html]) {
      expect(message).toMatch(/something in front of the server refuses bodies of 3000123 bytes/);
      expect(message).toContain("client_max_body_size");
    }
  });

  it("a 404 is the root's where the root has a path, and the token's where it has none", () => {
    const notFound = { code: 404, description: "Not Found" };
    expect(classifyRefusal(notFound).reason).toBe("token_wrong");
    const said = classifyRefusal(notFound, { path: "/telegram" });
    expect(said).toMatchObject({ class: "auth", reason: "api_root_wrong" });
    expect(said.message).toContain("TELEGRAM_API_ROOT");
    expect(classifyRefusal({ code: 401, description: "Unauthorized" }, { path: "/x" }).reason).toBe(
      "token_wrong",
    );
  });
});

describe("what was posted tells what a text cannot mean:", () => {
  const reasonFor = (description: string, posted: classify.Asked["posted"]) =>
    classifyRefusal({ code: 400, description: `Bad Request: ${description}` }, { bytes: 700, posted }).reason;
  const byUpload = (bytes: number) => ({ by: "upload", bytes }) as const;

  it.each([
    "wrong file identifier/HTTP URL specified",
    "MEDIA_EMPTY",
    "Wrong HTTP URL specified",
    "failed to get HTTP URL content",
    "wrong type of the web page content",
    "can't upload file by URL",
    "wrong remote file identifier specified: Wrong string length",
    "can't use file of type Document as Photo",
    "FILE_REFERENCE_EXPIRED",
    "FILE_ID_INVALID",
  ])("an upload has neither a URL nor a file_id, so nobody knows what `%s` means", (text) => {
    expect(reasonFor(text, byUpload(161))).toBe("refused_unclear");
  });

  it("a URL is no file_id, and is within the limits", () => {
    const by = { by: "url", bytes: null } as const;
    const texts = ["FILE_REFERENCE_EXPIRED", "file is too big", "file must be non-empty", "MEDIA_EMPTY"];
    expect(texts.map((text) => reasonFor(text, by))).toEqual([
      "refused_unclear",
      "refused_unclear",
      "refused_unclear",
      "url_invalid",
    ]);
  });

  it.each([
    ["file is too big", 161, "body_refused"],
    ["file is too big", 49_990_000, "body_refused"],
    ["file is too big", 49_990_001, "file_too_big"],
    ["file must be non-empty", 161, "upload_incomplete"],
    ["FILE_EMTPY", 161, "upload_incomplete"],
    ["file must be non-empty", 0, "file_empty"],
    ["file of size 9 bytes is too big for a photo", 10_485_760, "refused_unclear"],
    ["file of size 10485761 bytes is too big for a photo", 10_485_761, "photo_too_big"],
    ["PHOTO_INVALID_DIMENSIONS", 161, "photo_dimensions"],
  ])("`%s` for %i bytes is %s", (text, bytes, reason) => {
    expect(reasonFor(text, byUpload(bytes))).toBe(reason);
  });

  it("what refuses a size that every server takes is called by its answer", () => {
    const said = classifyRefusal(
      { code: 400, description: "Bad Request: file is too big" },
      { bytes: 700, posted: byUpload(161) },
    );
    expect(said.code).toBe(400);
    expect(said.message).toMatch(/said 400: .*something in front of the server refuses bodies of 700 bytes/);
  });
});

describe("how long a flood wait is", () => {
  const flood = (ms: number) => ({ class: "flood", reason: "flood_wait", retryAfterMs: ms });

  it.each([
    ["its parameters", { code: 429, description: "Too Many Requests: retry after 3", retryAfter: 4 }, 4_000],
    ["its header", { code: 429, description: "retry after 3", retryAfterHeader: 6 }, 6_000],
    [
      "its parameters rather than its header",
      { code: 429, description: "", retryAfter: 4, retryAfterHeader: 6 },
      4_000,
    ],
    ["its text", { code: 429, description: "Too Many Requests: retry after 35" }, 35_000],
    ["a 400", { code: 400, description: "Bad Request: too Many Requests: retry after 8" }, 8_000],
    [
      "an album",
      {
        code: 400,
        description: 'failed to send message #1 with the error message "Too Many Requests: retry after 8"',
      },
      8_000,
    ],
    ["a server that shuts down", { code: 429, description: "Too Many Requests: retry after 5" }, 5_000],
    ["the inner text of Telegram", { code: 400, description: "Bad Request: FLOOD_WAIT_17" }, 17_000],
    ["slow mode", { code: 400, description: "Bad Request: SLOWMODE_WAIT_30" }, 30_000],
    [
      "any answer that names a wait",
      { code: 400, description: "Bad Request: not now", retryAfter: 9 },
      9_000,
    ],
    [
      "the header of an answer that nobody knows",
      { code: 425, description: "Odd", retryAfterHeader: 6 },
      6_000,
    ],
    ["a 429 without any number", { code: 429, description: "Too Many Requests" }, 5_000],
    ["a 429 with nonsense", { code: 429, description: "", retryAfter: Number.NaN }, 5_000],
    ["a 429 with less than nothing", { code: 429, description: "", retryAfter: -3 }, 5_000],
    ["hours", { code: 429, description: "Too Many Requests: retry after 10072" }, 10_072_000],
  ])("is read from %s", (_, refusal, ms) => {
    expect(classifyRefusal(refusal)).toMatchObject(flood(ms));
  });

  it("is read from the header of a 429 that is no JSON, else it is five seconds", () => {
    const wire = (more: Partial<Wire>): Wire => ({ ...newWire(), connected: true, bodyEnd: 1, ...more });
    expect(classifyWire(wire({ status: 429, retryAfter: 7 }), "EPARSE")).toMatchObject(flood(7_000));
    expect(classifyWire(wire({ status: 429 }), "EPARSE")).toMatchObject(flood(5_000));
    expect(classifyWire(wire({ status: 429, bodyEnd: null }), "EPARSE")).toMatchObject(flood(5_000));
  });
});

describe("calls without a usable answer", () => {
  const broken = new Error("cut");
  const cases: [string, Partial<Wire>, FailureClass, Reason][] = [
    ["nothing stood yet", {}, "transient", "connect_failed"],
    ["no connection in time", { gaveUp: "server" }, "transient", "connect_failed"],
    ["the connection broke in the body", { connected: true }, "transient", "send_interrupted"],
    ["the server took no more", { connected: true, gaveUp: "server" }, "transient", "send_stalled"],
    ["our source gave no more", { connected: true, gaveUp: "source" }, "transient", "r2_interrupted"],
    ["our source broke", { connected: true, sourceError: broken }, "transient", "r2_interrupted"],
    ["a 503 came before the body was out", { connected: true, status: 503 }, "transient", "telegram_busy"],
    ["a 413 came before the body was out", { connected: true, status: 413 }, "transient", "body_refused"],
    ["a 413 came after it", { connected: true, bodyEnd: 1, status: 413 }, "transient", "body_refused"],
    ["the body was out", { connected: true, bodyEnd: 1 }, "in_doubt", "answer_lost"],
    ["no answer in time", { connected: true, bodyEnd: 1, gaveUp: "answer" }, "in_doubt", "answer_lost"],
    ["a 502 came", { connected: true, bodyEnd: 1, status: 502 }, "in_doubt", "server_error"],
    ["a 404 came in HTML", { connected: true, bodyEnd: 1, status: 404, text: "<" }, "in_doubt", "bad_answer"],
    [
      "a 200 came without JSON",
      { connected: true, bodyEnd: 1, status: 200, text: "" },
      "in_doubt",
      "bad_answer",
    ],
    ["a 200 broke off", { connected: true, bodyEnd: 1, status: 200 }, "in_doubt", "answer_lost"],
    [
      "our source broke after the end",
      { connected: true, bodyEnd: 1, sourceError: broken },
      "in_doubt",
      "answer_lost",
    ],
  ];

  it.each(cases)("%s", (_, wire, failureClass, reason) => {
    const said = classifyWire({ ...newWire(), ...wire }, "ECODE");
    expect(said).toMatchObject({ class: failureClass, reason });
  });
});
