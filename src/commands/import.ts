import { openImport } from "../compose/ledger-files.ts";
import { nextStep } from "../domain/failure.ts";
import { shownJson } from "../domain/shown-json.ts";
import { asWritten } from "../domain/wording.ts";
import { importFile } from "../exchange/file.ts";
import { type Imported, takeIn } from "../exchange/import.ts";
import type { BadLine } from "../exchange/read.ts";
import { count, oneLine } from "../reporters/format.ts";
import type { ImportFlags } from "./import-flags.ts";
import type { CommandPlace } from "./place.ts";

/** Lines that are wrong are named, but a file that is wrong as a whole must not fill a screen. */
const MOST_NAMED = 100;

/** `prewarm import`: takes a file into the ledger and answers the exit code. Throws ConfigError and LedgerError. */
export async function importLedger(path: string, flags: ImportFlags, place: CommandPlace): Promise<number> {
  const { env, stdout } = place;
  const file = importFile(path, flags.format);
  const onlyTry = flags.dryRun === true;
  const ledger = await openImport(flags, env, place.folder, onlyTry);
  const tell = flags.json === true ? null : (text: string) => place.stderr.write(`${oneLine(text)}\n`);
  const line = (value: object) => stdout.write(`${shownJson(value)}\n`);
  let named = 0;
  const onBad = ({ where, problem }: BadLine) => {
    named += 1;
    if (!tell) line({ type: "bad", where, problem });
    else if (named <= MOST_NAMED) tell(`${where}: ${problem}`);
  };
  try {
    const now = new Date().toISOString().slice(0, 19).replace("T", " ");
    const taken = await takeIn(file.lines, ledger, {
      isCsv: file.isCsv,
      force: flags.force === true,
      now,
      onBad,
    });
    const exitCode = exitCodeOf(taken);
    if (!tell) line(summaryOf(taken, onlyTry, exitCode));
    if (tell && named > MOST_NAMED) tell(`... and ${count(named - MOST_NAMED)} more lines that are wrong`);
    for (const text of wordsOf(taken, ledger.place, onlyTry)) (tell ?? told(place))(text);
    return exitCode;
  } finally {
    await ledger.close();
  }
}

/** A refusal is told on stderr in any case. */
function told({ stderr, wording = asWritten }: CommandPlace) {
  return (text: string) => stderr.write(`${oneLine(wording(text))}\n`);
}

function exitCodeOf({ refused, bad }: Imported): number {
  if (refused !== null) return 2;
  return bad > 0 ? 3 : 0;
}

function wordsOf({ refused, ...counts }: Imported, place: string, onlyTry: boolean): string[] {
  const { added, replaced, same, kept, bad } = counts;
  const kinds: readonly (readonly [n: number, what: string])[] = [
    [added, "new"],
    [replaced, "replaced"],
    [same, "there already"],
    [kept, "left as the ledger has them (--force replaces them)"],
    [bad, bad === 1 ? "line that is wrong" : "lines that are wrong"],
  ];
  const said = kinds.filter(([n]) => n > 0).map(([n, what]) => `${count(n)} ${what}`);
  const words = `${place}${onlyTry ? " would have" : ""}: ${said.join(", ") || "nothing to take in"}`;
  if (refused === null) return [words];
  return [
    `prewarm: ${refused.message}. Next: ${nextStep(refused.reason)}`,
    ...(said.length > 0 ? [words] : []),
  ];
}

function summaryOf({ refused, ...counts }: Imported, dryRun: boolean, exitCode: number) {
  return {
    type: "summary",
    ...counts,
    refused: refused && { reason: refused.reason, message: refused.message },
    dry_run: dryRun,
    exit_code: exitCode,
  };
}
