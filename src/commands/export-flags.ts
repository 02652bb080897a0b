import type { Command } from "commander";
import { EXPORT_FORMATS } from "../domain/choices.ts";
import { MEDIA_KINDS } from "../domain/media.ts";
import {
  CONFIG_FILE_FLAG,
  choice,
  collect,
  ENV_FILE_FLAG,
  LEDGER_FLAG,
  SANDBOX_LEDGER_FLAG,
} from "./config-flags.ts";

const EXAMPLES = `Examples:
  prewarm export > ids.jsonl                            all there is, also while a run or a worker writes
  prewarm export -o ids.csv                             for a spreadsheet; \`prewarm import ids.csv\` takes it back
  prewarm export --format kv -o ids.json                for \`wrangler kv bulk put ids.json\`
  prewarm export --since 24h --bot main | jq -r 'select(.status == "ready") | .file_id'

Exit codes: 0 done, 2 no ledger there, 3 some keys are too long for Workers KV and were left out
`;

/** The flags of `prewarm export` as commander has them. */
export type ExportFlags = ReturnType<ReturnType<typeof addExportFlags>["opts"]>;

/** Declares the flags of `prewarm export`. */
export function addExportFlags(command: Command) {
  return command
    .description("write what the ledger holds: jsonl, json, csv, or pairs for Workers KV")
    .addHelpText("before", EXAMPLES)
    .addOption(
      choice("--format <format>", "how it is written (by the extension of -o; jsonl)", EXPORT_FORMATS),
    )
    .option("--bot <slug>", "only ids of this bot; repeatable", collect)
    .addOption(choice("--kind <kind>", "only ids of this kind", MEDIA_KINDS))
    .option("--prefix <prefix>", "only keys that begin with this")
    .option("--since <when>", "only what was changed then or later: 24h or 7d ago, or 2026-01-31T12:30:00Z")
    .option("-o, --output <file>", "write to this file, which appears when it is whole (stdout)")
    .option(...LEDGER_FLAG)
    .option(...ENV_FILE_FLAG)
    .option(...CONFIG_FILE_FLAG)
    .option(...SANDBOX_LEDGER_FLAG);
}
