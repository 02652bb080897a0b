import type { Finding } from "../doctor/check.ts";
import type { Asker, Examiner, Values } from "./asker.ts";
import type { ValueWanted } from "./values.ts";

export interface ValuesToAsk {
  readonly wanted: readonly ValueWanted[];
  /** The checks that say whether they are right. */
  readonly checks: readonly string[];
  /** What was answered before. */
  readonly before: Values;
}

/** Asks for those of the values that are missing, until the checks pass or the person goes on as it is. */
export async function askUntilTrue(asker: Asker, examiner: Examiner, ask: ValuesToAsk): Promise<Values> {
  const { wanted, before } = ask;
  const missing = wanted.filter((each) => !placeOf(examiner, each));
  for (const each of wanted) {
    const place = placeOf(examiner, each);
    if (place) asker.say("hint", `${each.name} is there already: ${place}`);
  }
  let values = await askFor(asker, missing, before);
  for (;;) {
    if (await isTrue(asker, examiner, values, ask.checks)) return values;
    const again = await whatAgain(asker, missing);
    if (again === null) return values;
    values = await askFor(asker, again, values);
  }
}

/** Where a value is set already; null where it is missing. */
export function placeOf({ given }: Examiner, { name, or = [] }: ValueWanted): string | null {
  return [name, ...or].map((each) => given.get(each)).find((place) => place !== undefined) ?? null;
}

/** Looks, and says what was found. False where something fails. */
export async function isTrue(
  asker: Asker,
  examiner: Examiner,
  values: Values,
  checks: readonly string[],
): Promise<boolean> {
  const findings = await asker.during("looking", () => examiner.examine(values, checks));
  for (const finding of findings) tell(asker, finding);
  return findings.every(({ status }) => status !== "fail" && status !== "unknown");
}

function tell(asker: Asker, { title, subject, status, found, next }: Finding): void {
  if (status === "skipped") return;
  const what = `${title}${ofSeveral(subject)}: ${found}`;
  if (status === "pass") asker.say("good", what);
  else asker.say("bad", next === null ? what : `${what}\n${withoutCommand(next)}`);
}

/** Which of several it is; there is one bot, so its name says nothing. */
function ofSeveral(subject: string | null): string {
  const rest = subject?.replace(/^default( x |$)/, "") ?? "";
  return rest === "" ? "" : ` ${rest}`;
}

/** What is typed here is not set by a command. */
function withoutCommand(next: string): string {
  return next.replace(/, then: export .*$/, "");
}

async function askFor(asker: Asker, wanted: readonly ValueWanted[], before: Values): Promise<Values> {
  let values = before;
  for (const each of wanted) {
    const answer = each.secret ? await asker.secret(each) : await asker.text(each);
    values = { ...values, [each.name]: answer };
  }
  return values;
}

/** Which of them to type again; null to go on as it is. */
async function whatAgain(
  asker: Asker,
  asked: readonly ValueWanted[],
): Promise<readonly ValueWanted[] | null> {
  const one = asked.map(({ name }) => ({ value: name, label: `type ${name} again` }));
  const all = asked.length > 1 ? [{ value: "all", label: "type all of them again" }] : [];
  const rest = [
    { value: "look", label: "look again: I changed something elsewhere" },
    { value: "on", label: "go on as it is" },
  ];
  const answer = await asker.choose<string>("What now?", [...one, ...all, ...rest]);
  if (answer === "on") return null;
  return answer === "all" ? asked : asked.filter(({ name }) => name === answer);
}
