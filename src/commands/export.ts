import { extname } from "node:path";
import { openReader } from "../compose/ledger-files.ts";
import { moment } from "../config/parse.ts";
import { Problems } from "../config/problems.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../domain/choices.ts";
import { exportText } from "../exchange/write.ts";
import type { LedgerRow, RowFilter } from "../ledgers/columns.ts";
import { count, oneLine } from "../reporters/format.ts";
import type { ExportFlags } from "./export-flags.ts";
import type { CommandPlace } from "./place.ts";
import { writeFileWhole, writeOut } from "./write-out.ts";

/** `prewarm export`: writes what the ledger holds, page by page, and answers the exit code. Throws ConfigError and LedgerError. */
export async function exportLedger(
  flags: ExportFlags,
  { env, folder, stdout, stderr }: CommandPlace,
): Promise<number> {
  const filter = filterOf(flags);
  const format = formatOf(flags);
  const reader = await openReader(flags, env, folder);
  let rows = 0;
  const tooLong: string[] = [];
  try {
    const pages = counted(reader.rows(filter), (page) => {
      rows += page;
    });
    const text = exportText(pages, { format, onTooLong: (key) => tooLong.push(key) });
    if (flags.output === undefined) await writeOut(text, stdout);
    else await writeFileWhole(text, flags.output, `-o ${flags.output}`);
  } finally {
    await reader.close();
  }
  if (flags.output !== undefined) stderr.write(`${flags.output}: ${count(rows)} rows of ${reader.place}\n`);
  else if (rows === 0) stderr.write(`${reader.place}: no row is like that\n`);
  const [first] = tooLong;
  if (first === undefined) return 0;
  stderr.write(
    `left out ${count(tooLong.length)}: longer, with their bot before them, than the 512 bytes that Workers KV takes, such as ${oneLine(first)}\n`,
  );
  return 3;
}

async function* counted(
  pages: AsyncIterable<LedgerRow[]>,
  onPage: (rows: number) => void,
): AsyncGenerator<LedgerRow[]> {
  for await (const page of pages) {
    onPage(page.length);
    yield page;
  }
}

function filterOf({ bot: bots, kind, prefix, since }: ExportFlags): RowFilter {
  const problems = new Problems();
  const from =
    since === undefined
      ? undefined
      : problems.parse(`--since "${since}":`, () => moment(Date.now())(since), undefined);
  problems.throwIfAny();
  return { bots, kind, prefix, since: from };
}

function formatOf({ format, output }: ExportFlags): ExportFormat {
  if (format !== undefined) return format;
  const extension = extname(output ?? "")
    .slice(1)
    .toLowerCase();
  return EXPORT_FORMATS.find((each) => each === extension) ?? "jsonl";
}
