import { nearest } from "../config/nearest.ts";
import type { Check, Report } from "./check.ts";
import type { CheckContext } from "./context.ts";
import { howToSet, OTHER_NAMES, REQUIRED, TRY_IT } from "./hints.ts";
import { missingNames } from "./missing.ts";
import { fail, pass, warn } from "./report.ts";

/** Beginnings that prewarm's own variables have; what begins otherwise is somebody else's, unless it is very near. */
const OURS = /^(PREWARM_|MEDIA_PREWARM|R2_|TELEGRAM_|WARMUP_|ADMIN_API)/;
const TYPING_ERRORS = 2;

interface Stray {
  readonly name: string;
  /** What it was probably meant to be. */
  readonly meant: string;
  readonly inDotenv: boolean;
}

/** Variables that are probably meant for prewarm and not called so. */
function strays({ env, config }: CheckContext): Stray[] {
  const candidates = config.names.filter((name) => !/proxy/i.test(name));
  const meaning = (name: string): string | null =>
    OTHER_NAMES[name] ?? nearest(name, candidates, OURS.test(name) ? undefined : TYPING_ERRORS);
  const from = (values: CheckContext["env"], inDotenv: boolean): Stray[] =>
    Object.entries(values).flatMap(([name, value]) => {
      const meant =
        value && !config.names.includes(name) && /^[A-Z0-9_]{7,}$/.test(name) ? meaning(name) : null;
      return meant === null ? [] : [{ name, meant, inDotenv }];
    });
  return [...from(env, false), ...from(config.dotenv, true)];
}

function renameStep({ name, meant, inDotenv }: Stray): string {
  return inDotenv ? `sed -i.bak 's/^${name}=/${meant}=/' .env` : `export ${meant}="$${name}"`;
}

/** Both names of the endpoint end the same need. */
function stands({ meant }: Stray, name: string): boolean {
  return meant === name || (name === "R2_ACCOUNT_ID" && meant === "R2_ENDPOINT");
}

/** Subject of the one report that is given when nothing is set. */
const EVERYTHING = "everything";

export const MISSING: Check = {
  id: "config-missing",
  group: "configuration",
  title: "required values",
  why: "A run needs a bucket with its key pair, a bot, and a chat to send to.",
  needs: ["dotenv", "dotenv-syntax", "config-file"],
  run: (context) => {
    const missing = missingNames(context);
    const near = strays(context);
    if (missing.length === 0) return [pass("all set")];
    if (
      missing.length >= REQUIRED.length &&
      !missing.some((name) => near.some((stray) => stands(stray, name)))
    )
      return [nothingSet(missing)];
    return missing.map((name) => {
      const stray = near.find((each) => stands(each, name));
      const found = stray ? `${name} is not set, but ${stray.name} is` : `${name} is not set`;
      const next = stray ? renameStep(stray) : howToSet(name);
      return fail(found, next, { subject: name });
    });
  },
};

function nothingSet(missing: readonly string[]): Report {
  const details = missing.map((name) => howToSet(name));
  return fail("nothing is set: no environment, no .env, no prewarm.config.json", TRY_IT, {
    subject: EVERYTHING,
    details: ["the step below tries it without any account; for the real thing:", ...details],
  });
}

export const NAMES: Check = {
  id: "config-names",
  group: "configuration",
  title: "names",
  why: "A variable with a letter wrong is not read, and nobody says so.",
  run: (context) => {
    const missing = missingNames(context);
    const found = strays(context)
      .filter(
        (stray) => OTHER_NAMES[stray.name] === undefined && !missing.some((name) => stands(stray, name)),
      )
      .map((stray) => {
        const { name, meant, inDotenv } = stray;
        const isSet = context.config.values.some(
          (value) => value.name === meant && value.given.some(({ origin }) => origin !== "default"),
        );
        const next = isSet
          ? inDotenv
            ? `sed -i.bak '/^${name}=/d' .env`
            : `unset ${name}`
          : renameStep(stray);
        return warn(`${name} means nothing here; did you mean ${meant}?`, next, { subject: name });
      });
    return found.length > 0 ? found : [pass("no near misses")];
  },
};
