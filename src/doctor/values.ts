import type { Inspected } from "../config/inspect.ts";
import type { Check, Report } from "./check.ts";
import { howToSet } from "./hints.ts";
import { stub, withoutPassword } from "./mask.ts";
import { otherProblems } from "./missing.ts";
import { fail, pass, setStep } from "./report.ts";

const QUOTED = /^(["'`“”‘’„«]).*["'`“”‘’»]$/s;
const PLACEHOLDER = /^(\.{3}|…|<.*>|x{3,}|change-?me|your[-_ ].*|123456789:AAE\.\.\.)$/i;

/** What a value has to look like beyond what its setting says. */
const FORMS: Readonly<Record<string, readonly [form: RegExp, what: string]>> = {
  TELEGRAM_BOT_TOKEN: [/^\d+:[\w-]+$/, "a token such as 123456789:AAE..."],
  WARMUP_CHAT_ID: [
    /^\s*(-?\d+|@\w+)(\s*,\s*(-?\d+|@\w+))*\s*,?\s*$/,
    "ids (channels: -100...) or @names with commas between",
  ],
};

export const VALUES: Check = {
  id: "config-values",
  group: "configuration",
  title: "form and range",
  why: "A value that cannot be used ends every run; one with quotes or blanks in it means something else.",
  needs: ["dotenv-syntax"],
  run: (context) => {
    // A worker's own settings are looked at with the worker: no run ends because of PORT.
    const wrong = context.config.values.flatMap((value) => (value.worker ? [] : (troubleOf(value) ?? [])));
    const told = new Set(wrong.map(({ subject }) => subject));
    const others = otherProblems(context.config.problems).flatMap((problem) => otherTrouble(problem, told));
    const all = [...wrong, ...others];
    return all.length > 0 ? all : [pass("every value can be used")];
  },
};

/** What is wrong with how a value is written; null when it can be used or is not set. */
export function troubleOf({ name, secret, given, expected, fallback }: Inspected): Report | null {
  const winner = given[0];
  if (!winner) return null;
  const { origin, value } = winner;
  const show = secret ? stub(name, value) : `"${withoutPassword(value)}"`;
  const said = (what: string, next: string) => fail(`${name} by ${origin} ${what}`, next, { subject: name });
  const bare = bareOf(value);
  if (bare !== value) {
    const what = QUOTED.test(value.trim())
      ? "has quotes inside its value"
      : "begins or ends with a blank or line end";
    return said(what, secret ? `set ${name} again, without them` : setStep(origin, name, bare));
  }
  if (PLACEHOLDER.test(value)) return said("is still the placeholder of the example", howToSet(name));
  if (expected !== null)
    return said(
      `is ${show}; it must be ${expected}`,
      fallback === null ? howToSet(name) : setStep(origin, name, fallback),
    );
  const form = FORMS[name];
  if (form && !form[0].test(value) && !/_FILE$/.test(origin))
    return said(`is ${show}; it must be ${form[1]}`, howToSet(name));
  return null;
}

/** Without the blanks and quotes around it. */
function bareOf(value: string): string {
  const trimmed = value.trim();
  return QUOTED.test(trimmed) ? trimmed.slice(1, -1).trim() : trimmed;
}

/** Problems that concern more than one value's text: files of secrets, the ledger's place, bots that are not there. */
export function otherTrouble(problem: string, told: ReadonlySet<string | undefined>): Report[] {
  const secretFile = /^(\w+)_FILE cannot be read: (.*)$/.exec(problem);
  if (secretFile?.[1])
    return [
      fail(
        `${secretFile[1]}_FILE: ${secretFile[2]}`,
        `write the secret into that file, or: export ${secretFile[1]}=<secret>`,
        { subject: secretFile[1] },
      ),
    ];
  if (/^.*: the endpoint ends in /.test(problem))
    return told.has("R2_ENDPOINT")
      ? []
      : [fail(problem, "leave everything behind the host out of R2_ENDPOINT", { subject: "R2_ENDPOINT" })];
  if (/ledger|SQLite/.test(problem))
    return [
      fail(withoutPassword(problem), "export PREWARM_LEDGER=sqlite:prewarm.db", {
        subject: "PREWARM_LEDGER",
      }),
    ];
  if (problem.includes("lets other machines in"))
    return [
      fail(problem, 'export ADMIN_API_TOKEN="$(openssl rand -hex 32)"', { subject: "ADMIN_API_TOKEN" }),
    ];
  if (/^--bot /.test(problem))
    return [fail(problem, "leave --bot out, or name one of those", { subject: "PREWARM_BOT" })];
  return [fail(problem, "correct that value")];
}
