import type { Command } from "commander";
import { CONFIG_FILE_FLAG, choice, collect, ENV_FILE_FLAG } from "./config-flags.ts";

const EXAMPLES = `Examples:
  prewarm bench                                 everything, within a minute
  prewarm bench queue signer                    some scenarios
  prewarm bench --json base.json                keep the figures
  prewarm bench --baseline base.json --max-regression 10%
  prewarm bench --gate 'strategy.prewarm.throughput_per_min>=100'
  prewarm bench compare base.json new.json      two reports side by side

Scenarios: queue, signer, strategy, transfer, pace, scale; long: process, memory, lookup
Exit codes: 0 done, 2 usage, 99 a gate was crossed, 130/143 stopped by a signal
`;

/** The flags of `prewarm bench` as commander has them. */
export type BenchFlags = ReturnType<ReturnType<typeof addBenchFlags>["opts"]>;

/** Declares the flags of `prewarm bench`. */
export function addBenchFlags(command: Command) {
  return (
    command
      .description("measure; gates and baselines for CI")
      .addHelpText("before", EXAMPLES)
      // Flags behind a subcommand are that subcommand's.
      .enablePositionalOptions()
      .argument("[scenario...]", "which scenarios; all that are not long by default")
      .optionsGroup("Reports:")
      .option("--json <file>", "everything with raw samples; what --baseline and compare read")
      .option("--markdown <file>", "a summary (also to $GITHUB_STEP_SUMMARY when set)")
      .option("--html <file>", "a page with plots")
      .addOption(
        choice("--format <format>", "instead of tables on stdout, for CI tools", ["github-action-benchmark"]),
      )
      .optionsGroup("Gates (exit 99 when crossed):")
      .option("--baseline <file>", "an earlier --json: what became slower beyond its error")
      .option("--max-regression <share>", "how much slower than the baseline it may be (10%)")
      .option("--gate <expression>", "<scenario>.<variant>.<metric><op><number>; repeatable", collect)
      .optionsGroup("What:")
      .option("--long", "those that take minutes too (process, memory, lookup)")
      .addOption(
        choice("--against <what>", "real: your bucket and chats; sends real messages, asks for --yes", [
          "real",
        ]),
      )
      .option("--yes", "confirm what --against real announces")
      .option("--objects <n>", "with --against real: how many of the bucket (20)")
      .option("--prefix <prefix>", "with --against real: only keys that begin with this")
      .addOption(choice("--transfer <way>", "with --against real (auto)", ["auto", "url", "upload"]))
      .option(ENV_FILE_FLAG[0], `with --against real: ${ENV_FILE_FLAG[1]}`)
      .option(CONFIG_FILE_FLAG[0], `with --against real: ${CONFIG_FILE_FLAG[1]}`)
      .optionsGroup("Output:")
      .option("-q, --quiet", "no progress")
      .option("--no-color", "no colours (NO_COLOR)")
  );
}

/** The flags of `prewarm bench compare` as commander has them. */
export type BenchCompareFlags = ReturnType<ReturnType<typeof addCompareFlags>["opts"]>;

/** Declares the flags of `prewarm bench compare`. */
export function addCompareFlags(command: Command) {
  return command
    .description("compare report B with the baseline A: what became slower beyond its error (exit 99)")
    .argument("<a.json>", "the baseline, an earlier --json")
    .argument("<b.json>", "the report to judge")
    .option("--max-regression <share>", "how much slower it may be (10%)")
    .option("--markdown <file>", "the comparison as Markdown (also to $GITHUB_STEP_SUMMARY when set)")
    .option("--no-color", "no colours (NO_COLOR)");
}
