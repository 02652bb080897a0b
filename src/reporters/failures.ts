import type { adviserOf } from "../domain/advice.ts";
import { nextStep } from "../domain/failure.ts";
import { isReason } from "../domain/reasons.ts";
import type { FailedRow } from "../ledgers/failed-row.ts";
import { foreignStep } from "./foreign-step.ts";
import { fold, oneLine } from "./format.ts";
import { type Canvas, table } from "./table.ts";

/** A line of `prewarm failures --json`. */
export interface FailureLine {
  readonly key: string | null;
  readonly bot: string;
  readonly kind: string;
  readonly status: "failed" | "unknown";
  readonly reason: string | null;
  readonly class: string | null;
  readonly text: string | null;
  readonly next: string;
  /** ISO 8601 in UTC. */
  readonly when: string | null;
  /** Where the message of a lost call would stand, and its caption, to search the chat for. */
  readonly chat: string | null;
  readonly tag: string | null;
}

type LedgerAdviser = ReturnType<typeof adviserOf>;

/** What failed, with what to do about it so that whoever holds the ledger does not refuse it. */
export function failureLine(
  { message, at, chat, tag, ...row }: FailedRow,
  adviser: LedgerAdviser,
): FailureLine {
  const { reason, status } = row;
  const next = reason !== null && isReason(reason) ? nextStep(reason, adviser) : foreignStep(status, adviser);
  return { ...row, text: message, next, when: at === null ? null : isoOf(at), chat, tag };
}

/** Of UTC text as the ledger has it: `2026-01-31 12:30:05`. What other programs wrote may be in another form, and stays so. */
function isoOf(text: string): string {
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) ? `${text.replace(" ", "T")}Z` : text;
}

const [KEY, BOT] = [36, 14];
const [NARROWEST, WIDEST] = [80, 140];

/** Failures as tables, one for each page, then what to do about each reason. Nothing is kept of a page but its reasons. */
export async function* failureTables(
  pages: AsyncIterable<readonly FailureLine[]>,
  canvas: Canvas,
): AsyncGenerator<string> {
  const steps = new Map<string, string>();
  for await (const page of pages) {
    if (page.length === 0) continue;
    for (const { reason, status, next } of page) steps.set(reason ?? status, next);
    yield `${pageTable(page, canvas)}\n`;
  }
  if (steps.size === 0) yield "nothing failed, and nothing is unknown\n";
  for (const [reason, next] of steps)
    yield `${fold(`${reason}: ${next}`, canvas.width - 1, "  ").join("\n")}\n`;
}

function pageTable(page: readonly FailureLine[], canvas: Canvas): string {
  const width = Math.max(NARROWEST, Math.min(WIDEST, canvas.width - 1));
  const colWidths = [KEY, BOT, width - KEY - BOT - 4];
  const within = (lines: readonly string[], column: number) =>
    lines.flatMap((line) => fold(oneLine(line), (colWidths[column] ?? 0) - 2, "")).join("\n");
  const rows = page.map((line) => {
    const { key, bot, kind, status, reason, class: of, text, when, chat, tag } = line;
    const search = tag === null ? "" : `in chat ${chat ?? "?"} it would say ${tag}`;
    const why = [`${reason ?? "no reason"}${of === null ? "" : ` (${of})`}`, text ?? "", when ?? "", search];
    return [
      within([key ?? "(no key any more)"], 0),
      within([bot, kind, status], 1),
      within(
        why.filter((part) => part !== ""),
        2,
      ),
    ];
  });
  return table(["key", "bot, kind", "why, and when"], rows, canvas, { colWidths, lined: true });
}
