import type { Inspection } from "../config/inspect.ts";
import type { Check, Report } from "./check.ts";
import { howToSet, placeOf, REQUIRED, TRY_IT } from "./hints.ts";
import { fail, pass, warn } from "./report.ts";

/** Subject of the one report that is given when nothing is set. */
const EVERYTHING = "everything";

export const MISSING: Check = {
  id: "config-missing",
  group: "configuration",
  title: "required values",
  why: "A run needs a bucket with its key pair, a bot, and a chat to send to.",
  needs: ["dotenv", "dotenv-syntax", "config-file"],
  run: ({ config }) => {
    const missing = config.problems.filter(({ kind }) => kind === "missing");
    if (missing.length === 0) return [pass("all set")];
    const names = missing.flatMap(({ name }) => name ?? []);
    if (missing.length >= REQUIRED.length && missing.every(({ next }) => next === null))
      return [nothingSet(names, config.dotenv)];
    return missing.map(({ name, next, text }) => {
      const found = next === null ? `${name} is not set` : text.replace(`: ${next}`, "");
      return fail(
        found,
        next ?? howToSet(name ?? "", placeOf(config, name ?? "")),
        name === null ? {} : { subject: name },
      );
    });
  },
};

function nothingSet(missing: readonly string[], { isThere, name }: Inspection["dotenv"]): Report {
  const details = missing.map((name) => howToSet(name));
  const dotenv = isThere ? `nothing of it in ${name}` : "no .env";
  // A .env that is there belongs to somebody, and is not to be written over.
  const step = isThere ? "prewarm run --sandbox" : TRY_IT;
  return fail(`nothing is set: no environment, ${dotenv}, no prewarm.config.json`, step, {
    subject: EVERYTHING,
    details: ["the step below tries it without any account; for the real thing:", ...details],
  });
}

export const NAMES: Check = {
  id: "config-names",
  group: "configuration",
  title: "names",
  why: "A variable with a letter wrong is not read.",
  run: ({ config }) => {
    const found = config.draft.warnings
      .filter(({ kind }) => kind === "name")
      .map(({ text, next, name }) => warn(text, next ?? "", name === null ? {} : { subject: name }));
    return found.length > 0 ? found : [pass("no near misses")];
  },
};
