import { openReader } from "../compose/ledger-files.ts";
import { ConfigError } from "../config/error.ts";
import { nearest } from "../config/nearest.ts";
import { adviserOf } from "../domain/advice.ts";
import { isReason, REASONS } from "../domain/reasons.ts";
import { shownJson } from "../domain/shown-json.ts";
import { asWritten } from "../domain/wording.ts";
import { csvCell } from "../exchange/csv-cells.ts";
import type { LedgerReader } from "../ledgers/reader.ts";
import { type FailureLine, failureLine, failureTables } from "../reporters/failures.ts";
import type { FailuresFlags } from "./failures-flags.ts";
import { type CommandPlace, canvasOf } from "./place.ts";
import { writeOut } from "./write-out.ts";

/** `prewarm failures`: answers the exit code. Throws ConfigError and LedgerError. */
export async function failures(flags: FailuresFlags, place: CommandPlace): Promise<number> {
  const { env, stdout, wording = asWritten } = place;
  const reasons = reasonsOf(flags);
  const reader = await openReader(flags, env, place.folder);
  try {
    await refuseStrangers(reader, flags);
    const adviser = adviserOf(await reader.holder());
    const pages = linesOf(reader.failures({ bots: flags.bot, reasons }), (row) => {
      const line = failureLine(row, adviser);
      return { ...line, next: wording(line.next) };
    });
    await writeOut(textOf(pages, flags, place), stdout);
    return 0;
  } finally {
    await reader.close();
  }
}

/** A slug that is mistyped would look like a bot of which nothing failed. */
async function refuseStrangers(reader: LedgerReader, { bot: asked = [] }: FailuresFlags): Promise<void> {
  const known = await reader.bots();
  const strangers = asked.filter((slug) => !known.includes(slug));
  if (strangers.length === 0) return;
  const there = known.length === 0 ? "it holds no bot yet" : `it holds ${known.join(", ")}`;
  throw new ConfigError(
    strangers.map((slug) => {
      const near = nearest(slug, known);
      return `--bot ${slug}: ${reader.place} holds no such bot${near ? `, did you mean ${near}?` : `; ${there}`}`;
    }),
  );
}

async function* linesOf<T>(
  pages: AsyncIterable<T[]>,
  read: (row: T) => FailureLine,
): AsyncGenerator<FailureLine[]> {
  for await (const page of pages) yield page.map(read);
}

function textOf(
  pages: AsyncIterable<FailureLine[]>,
  flags: FailuresFlags,
  place: CommandPlace,
): AsyncIterable<string> {
  if (flags.json === true) return jsonText(pages);
  if (flags.csv === true) return csvText(pages);
  return failureTables(pages, canvasOf(place, flags));
}

async function* jsonText(pages: AsyncIterable<FailureLine[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((line) => `${shownJson(line)}\n`).join("");
}

const CSV = [
  "key",
  "bot",
  "kind",
  "status",
  "reason",
  "class",
  "text",
  "next",
  "when",
  "chat",
  "tag",
] as const;

async function* csvText(pages: AsyncIterable<FailureLine[]>): AsyncGenerator<string> {
  yield `${CSV.join(",")}\n`;
  for await (const page of pages)
    yield page.map((line) => `${CSV.map((name) => csvCell(line[name])).join(",")}\n`).join("");
}

function reasonsOf({ reason: reasons, csv, json }: FailuresFlags): readonly string[] | undefined {
  if (csv === true && json === true) throw new ConfigError(["--csv and --json: choose one of them"]);
  const strangers = (reasons ?? []).filter((name) => !isReason(name));
  if (strangers.length === 0) return reasons;
  throw new ConfigError(
    strangers.map((name) => {
      const near = nearest(name, Object.keys(REASONS));
      return `--reason "${name}": there is no such reason${near ? `; did you mean ${near}?` : ""}`;
    }),
  );
}
