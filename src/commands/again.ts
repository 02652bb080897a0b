import { flagOf } from "../config/flag-name.ts";
import type { ProbeFlags } from "./probe-flags.ts";
import type { RunFlags } from "./run-flags.ts";
import type { VerifyFlags } from "./verify-flags.ts";

/** Which objects, in every command that takes objects. */
const OBJECTS = ["manifest", "manifestFormat", "prefix", "include", "exclude", "kind"] as const;

/**
 * By whom, and where it is kept. The files of a configuration are the business of `wordingHere`, which puts them into every command that
 * is named.
 */
const SETUP = [
  "endpoint",
  "bucket",
  "apiRoot",
  "apiLocal",
  "testEnvironment",
  "chat",
  "bot",
  "ledger",
] as const;

/** Flags that decide what is sent, by whom, and where it is kept: whoever goes on from a run wants the same. */
const KEPT = [
  "sandbox",
  ...OBJECTS,
  "as",
  "transfer",
  "adoptFrom",
  ...SETUP,
] as const satisfies readonly (keyof RunFlags)[];

const KEPT_BY_STATUS = ["sandbox", "ledger"] as const satisfies readonly (keyof RunFlags)[];

/** The commands that go on from a run with these flags, to be pasted: without them another set of objects would be sent. */
export function commandsAfter(flags: RunFlags): { readonly run: string; readonly status: string } {
  return {
    run: ["prewarm run", ...wordsOf(flags, KEPT)].join(" "),
    status: ["prewarm status", ...wordsOf(flags, KEPT_BY_STATUS)].join(" "),
  };
}

const KEPT_BY_CHECK = [...OBJECTS, ...SETUP] as const satisfies readonly (keyof VerifyFlags)[];

/** The commands that go on from a check with these flags: to check the same from `from` on, or anew, and to warm it. */
export function commandsAfterCheck(flags: VerifyFlags, from: string | null) {
  const beginning = from === null ? [] : [`--from ${quoted(from)}`];
  return {
    verify: ["prewarm verify", ...wordsOf(flags, [...KEPT_BY_CHECK, "against"]), ...beginning].join(" "),
    run: ["prewarm run", ...wordsOf(flags, KEPT_BY_CHECK)].join(" "),
  };
}

/** Whom a probe asks, and where: what another one, and the run that uses its proofs, have to know again. */
const KEPT_BY_PROBE = [...SETUP, "pack"] as const satisfies readonly (keyof ProbeFlags & keyof RunFlags)[];

/** The commands that go on from a probe with these flags. */
export function commandsAfterProbe(flags: ProbeFlags) {
  const place = wordsOf(flags, KEPT_BY_PROBE);
  const asked = wordsOf(flags, ["conform", "only", "again", "maxMessages", "report"]);
  const { maxMessages } = flags;
  return {
    /** Sends what was only listed. */
    send: ["prewarm probe --yes", ...asked, ...place].join(" "),
    /** Asks what has no result, where one experiment of it may take `most` messages. */
    goOn: (most: number) => {
      const enough = maxMessages === undefined ? undefined : String(Math.max(Number(maxMessages), most));
      const left = wordsOf({ ...flags, maxMessages: enough }, ["only", "maxMessages"]);
      return ["prewarm probe --yes", ...left, ...place].join(" ");
    },
    /** Shows what runs make of it. */
    plan: ["prewarm run --dry-run", ...place].join(" "),
  };
}

function wordsOf<F extends object>(flags: F, names: readonly (keyof F & string)[]): string[] {
  return names.flatMap((name) => {
    const value: unknown = flags[name];
    if (value === undefined || value === false) return [];
    if (value === true) return [flagOf(name)];
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.map((each) => `${flagOf(name)} ${quoted(String(each))}`);
  });
}

/** Double quotes hold in sh, PowerShell and cmd alike; what is special within them is quoted as sh has it. */
export function quoted(word: string): string {
  if (/^[\w./:=,@+-]+$/.test(word)) return word;
  return /["$`\\!%]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}
