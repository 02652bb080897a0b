import type { Command } from "commander";
import { MANIFEST_FORMATS, ORDERS, TRANSFER_MODES } from "../domain/choices.ts";
import { MEDIA_KINDS } from "../domain/media.ts";
import { choice, collect } from "./config-flags.ts";

/** Which objects: flags of every command that reads a bucket or a manifest. */
export function addSourceFlags(command: Command, manifest: string) {
  return command
    .option("--prefix <prefix>", "only keys that begin with this")
    .option("--manifest <file>", manifest)
    .addOption(
      choice(
        "--manifest-format <format>",
        "format of the manifest, where its extension does not tell",
        MANIFEST_FORMATS,
      ),
    )
    .option("--include <glob>", "only keys that match; repeatable", collect)
    .option("--exclude <glob>", "skip keys that match, even if they are included; repeatable", collect)
    .addOption(choice("--kind <kind>", "only objects of this kind", MEDIA_KINDS))
    .addOption(choice("--as <kind>", "send everything as this kind", MEDIA_KINDS));
}

/** How they are sent: flags of every command that warms. */
export function addSendingFlags(command: Command) {
  return command
    .addOption(choice("--order <order>", "which objects go first, within the queue (small)", ORDERS))
    .addOption(
      choice(
        "--transfer <way>",
        "url: Telegram fetches it; upload; auto: url where the rules allow (auto)",
        TRANSFER_MODES,
      ),
    )
    .option("--retries <n>", "tries after the first; flood waits do not count (5)")
    .option("--delete-after", "remove each warmup message once its file_id is safe");
}
