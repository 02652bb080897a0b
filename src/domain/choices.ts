import type { TransferName } from "./task.ts";

/** The values of `--manifest-format`; by default the extension of the manifest decides. */
export const MANIFEST_FORMATS = ["jsonl", "json", "csv"] as const;
/** How a manifest is written. */
export type ManifestFormat = (typeof MANIFEST_FORMATS)[number];

/** The values of `--order`, the default first. */
export const ORDERS = ["small", "large", "recent", "source"] as const;
/** What goes first within the queue: small or large objects, the newest, or what the source names first. */
export type Order = (typeof ORDERS)[number];

/** The values of `--transfer`, the default first. */
export const TRANSFER_MODES = ["auto", "url", "upload"] as const satisfies readonly ("auto" | TransferName)[];
/** How objects reach Telegram; `auto`: by URL where its rules allow. */
export type TransferMode = (typeof TRANSFER_MODES)[number];

/** The values of `--only`. */
export const SELECTIONS = ["failed", "unknown", "weak"] as const;
/** Rows of the ledger that are warmed again, by what became of them. */
export type Selection = (typeof SELECTIONS)[number];

/** The values of `--log-level`, from the one that logs most to the one that logs least. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
/** The least severe lines that a log shows. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The values of `prewarm export --format`, the default first. */
export const EXPORT_FORMATS = ["jsonl", "json", "csv", "kv"] as const;
/** How an export is written. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
