import { openExamination } from "../compose/doctor.ts";
import { ConfigError } from "../config/error.ts";
import { nearest } from "../config/nearest.ts";
import { list } from "../config/parse.ts";
import { type Finding, GROUPS, type Group } from "../doctor/check.ts";
import { CHECKS } from "../doctor/checks.ts";
import { type Examined, examine } from "../doctor/examine.ts";
import { checkList, FindingsScreen, summaryOf } from "../doctor/screen.ts";
import { settingsOf } from "../doctor/settings.ts";
import { shownJson } from "../domain/shown-json.ts";
import { asWritten, type Wording } from "../domain/wording.ts";
import { colourFor } from "../reporters/colour.ts";
import { oneLine } from "../reporters/format.ts";
import type { CheckEnvFlags } from "./check-env-flags.ts";
import { docsUrl } from "./docs-url.ts";

/** Where a set-up is looked at, and where that is told. */
export interface CheckEnvPlace {
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly stdout: { readonly isTTY?: boolean; write(text: string): unknown };
  /** For the user who reads it; sentences stay as they are written without it. */
  readonly wording?: Wording | undefined;
}

/** `prewarm check-env`: answers the exit code. Throws ConfigError for a group that there is none of. */
export async function checkEnv(flags: CheckEnvFlags, place: CheckEnvPlace): Promise<number> {
  const { env, folder, wording = asWritten } = place;
  const print = (text: string) => place.stdout.write(text);
  const groups = groupsOf(flags);
  if (flags.list === true) return tellList(flags, groups, print);
  const started = performance.now();
  const probing = flags.probe === true;
  const { context, redact, close } = await openExamination({ flags, env, folder, probing });
  const screen = flags.json === true ? null : screenOf(flags, place);
  try {
    const tell = (finding: Finding) => screen?.finding(clean(finding, redact, wording));
    const examined = await examine(context, { checks: CHECKS, groups, tell, docs });
    const exitCode = exitCodeOf(examined, flags.strict === true);
    const findings = examined.findings.map((finding) => clean(finding, redact, wording));
    const ms = performance.now() - started;
    if (screen)
      screen.end(findings, {
        exitCode,
        ms,
        everything: groups.length === GROUPS.length,
        next: examined.next,
      });
    else {
      const settings = settingsOf(context.config).map((row) => ({ ...row, value: redact(row.value) }));
      const summary = { ...summaryOf(findings), exit_code: exitCode, duration_ms: Math.round(ms) };
      print(`${shownJson({ findings, settings, summary }, 2)}\n`);
    }
    return exitCode;
  } finally {
    await close();
  }
}

function docs(id: string): string {
  return `docs/check-env.md#check-${id}`;
}

function groupsOf({ only = [] }: CheckEnvFlags): readonly Group[] {
  const given = only.flatMap(list);
  const strangers = given.filter((name) => !isGroup(name));
  if (strangers.length > 0)
    throw new ConfigError(
      strangers.map((name) => {
        const hint = nearest(name, GROUPS);
        return `--only ${name}: no such group${hint ? `, did you mean ${hint}?` : ""} (${GROUPS.join(", ")})`;
      }),
    );
  return given.length === 0 ? GROUPS : GROUPS.filter((group) => given.includes(group));
}

function isGroup(name: string): name is Group {
  return GROUPS.some((group) => group === name);
}

function tellList(flags: CheckEnvFlags, groups: readonly Group[], print: (text: string) => void): number {
  const checks = CHECKS.filter(({ group }) => groups.includes(group)).map(({ id, group, title, why }) => ({
    id,
    group,
    title,
    why,
    docs: docs(id),
  }));
  print(flags.json === true ? `${shownJson(checks, 2)}\n` : checkList(checks));
  return 0;
}

function screenOf(flags: CheckEnvFlags, { env, stdout, wording = asWritten }: CheckEnvPlace): FindingsScreen {
  const colour = colourFor({ stream: stdout, env, noColor: flags.color === false });
  return new FindingsScreen({ write: (text) => stdout.write(text), colour, wording, link: docsUrl });
}

/** Texts of servers and libraries may hold what nobody shall see; what we say of them is for the user in front. */
function clean(finding: Finding, redact: (text: string) => string, wording: Wording): Finding {
  const line = (text: string) => oneLine(redact(text));
  return {
    ...finding,
    subject: finding.subject && line(finding.subject),
    found: wording(line(finding.found)),
    next: finding.next && wording(line(finding.next)),
    details: finding.details.map((text) => wording(line(text))),
  };
}

/** A failure rules; then what could not be checked. */
function exitCodeOf({ findings, blocked }: Examined, strict: boolean): number {
  const has = (status: Finding["status"]) => findings.some((finding) => finding.status === status);
  if (has("fail") || (strict && has("warn"))) return 1;
  return has("unknown") || blocked ? 2 : 0;
}
