import { deskBeside, openReader } from "../compose/ledger-files.ts";
import { adviserOf, stepBeside } from "../domain/advice.ts";
import { nextStep } from "../domain/failure.ts";
import { isReason } from "../domain/reasons.ts";
import { shownJson } from "../domain/shown-json.ts";
import { asWritten } from "../domain/wording.ts";
import type { IdDesk, WarmId } from "../ids/port.ts";
import type { KeyIds, RowOfLookup } from "../ledgers/lookup-rows.ts";
import type { LedgerReader } from "../ledgers/reader.ts";
import { count, oneLine } from "../reporters/format.ts";
import { lookupDocument, lookupText } from "../reporters/lookup.ts";
import type { LookupFlags } from "./lookup-flags.ts";
import { type CommandPlace, canvasOf } from "./place.ts";

/** Exit code where there is no id that works. */
const NONE = 3;
const MOST_NEAR = 5;

/** `prewarm lookup KEY`: shows its ids and answers the exit code. Throws ConfigError and LedgerError. */
export async function lookup(key: string, flags: LookupFlags, place: CommandPlace): Promise<number> {
  const reader = await openReader(flags, place.env, place.folder);
  try {
    const all = await reader.ofKey(key);
    const rows = (all?.rows ?? []).filter((row) => isWanted(row, flags));
    const answer = await answerOf(key, deskBeside(reader, flags, place.env, place.folder), flags);
    const near = all === null ? await reader.near(key, spellingsOf(key), MOST_NEAR) : [];
    const found = { key, object: all, rows, near, answer };
    if (flags.json === true) place.stdout.write(`${shownJson(lookupDocument(found), 2)}\n`);
    else if (flags.plain !== true && (rows.length > 0 || answer))
      place.stdout.write(lookupText(found, canvasOf(place, flags)));
    else if (flags.plain === true && answer) place.stdout.write(`${answer.fileId}\n`);
    if (answer || (flags.plain !== true && rows.some(works))) return 0;
    const { wording = asWritten } = place;
    place.stderr.write(`${oneLine(wording(await whyNone(found, reader, flags)))}\n`);
    return NONE;
  } finally {
    await reader.close();
  }
}

/** The id that a bot gets, reports of bots included; the same as over HTTP. */
async function answerOf(key: string, desk: IdDesk, { bot, kind }: LookupFlags): Promise<WarmId | null> {
  try {
    const [answer = null] = await desk.fileIds([{ key, bot, kind }]);
    return answer;
  } finally {
    await desk.close();
  }
}

interface KeyFound {
  readonly answer: WarmId | null;
  readonly key: string;
  readonly object: KeyIds | null;
  readonly rows: readonly RowOfLookup[];
  readonly near: readonly string[];
}

function isWanted({ bot, kind }: RowOfLookup, flags: LookupFlags): boolean {
  return (flags.bot === undefined || bot === flags.bot) && (flags.kind === undefined || kind === flags.kind);
}

function works({ state }: RowOfLookup): boolean {
  return state === "ready" || state === "weak";
}

/** Other ways to write a key. */
function spellingsOf(key: string): string[] {
  const bare = key
    .trim()
    .replace(/^(?:\.?\/)+/, "")
    .replaceAll("\\", "/");
  return [
    ...new Set([bare, ...["NFC", "NFD"].flatMap((form) => [key.normalize(form), bare.normalize(form)])]),
  ];
}

/** Why there is no id, and what to do. */
async function whyNone(
  { key, object, rows, near }: KeyFound,
  reader: LedgerReader,
  flags: LookupFlags,
): Promise<string> {
  const adviser = adviserOf(await reader.holder());
  if (object === null && near.length > 0)
    return `${reader.place} does not have ${key}; the nearest there: ${near.join(", ")}`;
  if (object === null) return `${reader.place} does not have ${key}: ${warmIt(key, adviser)}`;
  const [row] = rows;
  const others = object.rows.map(({ bot, kind }) => `${bot} ${kind}`);
  if (row === undefined && others.length > 0)
    return `${key} has no row like that; it has ${others.join(", ")} (--bot, --kind)`;
  if (row === undefined) return `${key} has no id of any bot yet: ${warmIt(key, adviser)}`;
  if (flags.plain === true && rows.some(works))
    return `${key} has ids of ${others.join(", ")}, and none of \`default\`: say which by --bot`;
  const reason = row.reason !== null && isReason(row.reason) ? row.reason : null;
  const next = reason === null ? warmIt(key, adviser) : nextStep(reason, adviser);
  const why = reason === null ? "" : ` (${reason})`;
  const more = rows.length > 1 ? `, and ${count(rows.length - 1)} more` : "";
  return `${key} has no id that works: ${row.bot} ${row.kind} is ${row.state}${why}${more}; ${next}`;
}

function warmIt(key: string, adviser: ReturnType<typeof adviserOf>): string {
  const folder = key.slice(0, key.lastIndexOf("/") + 1);
  const flag = folder === "" ? "" : ` --prefix ${/^[\w./-]+$/.test(folder) ? folder : `"${folder}"`}`;
  if (typeof adviser === "string") return `\`${stepBeside(`prewarm run${flag}`, adviser)}\` warms it`;
  return `the worker warms it once it is in the bucket; ${adviser.url}/ shows how it is`;
}
