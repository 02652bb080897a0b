import type { MediaKind } from "./media.ts";

/**
 * Every limit of Telegram's and R2's that prewarm obeys, uses in forecasts or simulates in the sandbox, each with its source.
 * Sizes in bytes, times in milliseconds, paces in calls a minute.
 * API = core.telegram.org/bots/api, FAQ = core.telegram.org/bots/faq, BAS = github.com/tdlib/telegram-bot-api,
 * TD = github.com/tdlib/td, CF = developers.cloudflare.com/r2.
 */
export const LIMITS = {
  pace: {
    /** FAQ: no more than 20 messages a minute in one group; channels are treated like groups (nothing official). */
    groupPerMinute: 20,
    /** FAQ: not more than one message a second in one chat. */
    privatePerMinute: 60,
    /** FAQ: about 30 messages a second over all chats of a bot. */
    botPerSecond: 30,
  },
  upload: {
    /** API "Sending files": photos 10 MB by multipart; TD FileLoaderUtils.cpp: 10,485,760 inclusive. */
    photoBytes: 10_485_760,
    /** API: 50 MB by multipart. The exact byte is not published; python-telegram-bot assumes 50,000,000. */
    cloudBytes: 50_000_000,
    /** Allowance for the multipart parts around the file, which count too (inferred; the exact rule is not published). */
    overheadBytes: 10_000,
    /** BAS README: up to 2000 MB with --local. */
    localBytes: 2_000_000_000,
    /** TD: a thumbnail is a JPEG of at most 204,799 bytes (API: under 200 kB, at most 320x320). */
    thumbnailBytes: 204_799,
  },
  pack: {
    /** API sendRichMessage: up to 50 media attachments in one message. */
    media: 50,
    /** Reported: what comes after the 20th is dropped without a word, although the answer shows it (openclaw/openclaw#129004, 2026-08). */
    keptMedia: 20,
    /** Of all uploads of one message. Nothing says what the server takes in one body; below the 50 MB of one file, our own choice. */
    cloudBytes: 45_000_000,
    localBytes: 1_900_000_000,
  },
  url: {
    /** API "Sending files": 5 MB for photos, 20 MB for the rest by URL. */
    photoBytes: 5_000_000,
    otherBytes: 20_000_000,
    /** API sendVoice by URL: audio/ogg of at most 1 MB; larger ones arrive as files. */
    voiceBytes: 1_000_000,
    /**
     * The stored Content-Type decides what Telegram makes of a URL (API "Sending files": it must be right), so only types
     * that cannot be mistaken for another go by URL. Documents: GIF, PDF and ZIP only (API sendDocument).
     */
    mimes: {
      photo: ["image/jpeg", "image/png", "image/webp"],
      video: ["video/mp4"],
      animation: ["image/gif"],
      audio: ["audio/mpeg", "audio/mp4", "audio/x-m4a"],
      voice: ["audio/ogg"],
      document: ["image/gif", "application/pdf", "application/zip"],
    } satisfies Record<MediaKind, readonly string[]> as Record<MediaKind, readonly string[]>,
  },
  /** telegram-bot-api#127 and reports: above about 10 MB a video gets no thumbnail, duration or size from the server. */
  videoProbeBytes: 10_000_000,
  photo: {
    /** API sendPhoto: width + height at most 10000, ratio at most 20. */
    sideSum: 10_000,
    ratio: 20,
  },
  /** TD NetQueryDelayer: a bot's call is held back silently until the summed wait exceeds 8 s, then 429. */
  silentWaitMs: 8_000,
  /**
   * BAS Client.cpp: uploads of equal size above 100,000 bytes are spaced clamp(size x 1e-7, 0.2, 0.9) s apart, with 1 s
   * of burst and 5 s of queue.
   */
  sameSize: {
    fromBytes: 100_001,
    secondsPerByte: 1e-7,
    minMs: 200,
    maxMs: 900,
    burstMs: 1_000,
    queueMs: 5_000,
  },
  r2: {
    /** CF api/s3: ListObjectsV2 returns at most 1,000 keys a page. */
    pageObjects: 1_000,
    /** CF pricing (2026): ListObjects is a Class A operation, $4.50 a million, the first million of a month free. */
    classADollarsPerMillion: 4.5,
    classAFreePerMonth: 1_000_000,
    /** CF pricing (2026): GetObject and HeadObject, presigned ones too, are Class B, $0.36 a million, ten million of a month free. */
    classBDollarsPerMillion: 0.36,
    classBFreePerMonth: 10_000_000,
  },
  /** CF presigned URLs: 1 s to 7 days. */
  presignMaxSeconds: 604_800,
} as const;

/**
 * Objects up to this many bytes are read whole before a call, and their form is put together in memory; larger ones are
 * streamed. Our own choice: measured, a body of up to 1 MiB takes less CPU buffered.
 */
export const BUFFERED_BYTES = 1_048_576;
