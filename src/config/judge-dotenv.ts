import { dotenvPassedOver, dotenvsElsewhere } from "./dotenv.ts";
import { type DotenvTrouble, dotenvTroubles } from "./dotenv-lines.ts";
import type { Reader } from "./reader.ts";
import { nameStep, type StrayName, standsFor, strayNames } from "./strays.ts";

/**
 * What `.env` and the environment hold beside what is read. What takes a value away is a problem; lines of other programs and names
 * that were probably meant otherwise are warnings.
 */
export function judgeDotenv(reader: Reader): void {
  for (const trouble of dotenvTroubles(reader.layers.dotenv, reader.layers.names()))
    tellTrouble(reader, trouble);
  const strays = strayNames(reader.layers);
  const missing = missingIn(reader);
  elsewhere(reader, missing);
  for (const name of missing) {
    const stray = strays.find((each) => standsFor(each, name));
    if (stray) tellStandIn(reader, name, stray);
  }
  const idle = strays.filter((stray) => !stray.isOthers && !missing.some((name) => standsFor(stray, name)));
  for (const stray of idle) tellStray(reader, stray);
}

function missingIn({ problems }: Reader): string[] {
  return problems.found.flatMap(({ kind, name }) => (kind === "missing" && name !== null ? [name] : []));
}

/** A value that another place has, or another line, is not lost. */
function tellTrouble(reader: Reader, { line, found, next, name, holder, harm }: DotenvTrouble): void {
  const { name: file } = reader.layers.dotenv;
  const winner = name === null ? undefined : reader.layers.variables(name)[0];
  const isMissing = reader.problems.found.some((each) => each.kind === "missing" && each.name === name);
  const isLost = name !== null && winner === undefined && (harm === "lost" || isMissing);
  const isGarbled = harm === "garbled" && winner?.origin === `${file} ${name}`;
  const text = name === null ? `${file}, ${found}` : `${file}, line ${line}: ${found}`;
  const trouble = { kind: "dotenv_line" as const, name, text, next };
  if (!isLost && !isGarbled) {
    reader.warnings.tell(trouble);
    return;
  }
  // The line says more than what became of its value.
  reader.problems.drop((problem) => problem.name !== null && [name, holder].includes(problem.name));
  reader.problems.tell({ ...trouble, text: `${text}; ${next}` });
}

function elsewhere(reader: Reader, missing: readonly string[]): void {
  const { folder, dotenv } = reader.layers;
  if (folder === null || missing.length === 0) return;
  if (dotenv.isFolder)
    reader.problems.tell({
      kind: "dotenv_place",
      text: ".env is a folder, so no value is read from it: it must be a file",
      next: "give that folder another name, and write the values into a file called .env",
    });
  const others = dotenv.isNamed ? dotenvPassedOver(folder, missing) : dotenvsElsewhere(folder, missing);
  const read = dotenv.isNamed
    ? `--env-file names ${dotenv.name}`
    : "values come from the file .env in the working directory";
  for (const { path, parent, names } of others)
    reader.problems.tell({
      kind: "dotenv_place",
      text: `${path} has ${names.join(", ")} and is not read: ${read}`,
      next: parent === null ? `write its lines into ${dotenv.name}` : `cd ${parent}`,
    });
}

/** What is missing is there under another name. */
function tellStandIn(reader: Reader, name: string, stray: StrayName): void {
  reader.problems.drop((problem) => problem.kind === "missing" && problem.name === name);
  const { name: file } = reader.layers.dotenv;
  const next = nameStep(stray, file);
  const where = stray.inDotenv ? file : "the environment";
  reader.problems.tell({
    kind: "missing",
    name,
    text: `${name} is not set, but ${stray.name} is, in ${where}: ${next}`,
    next,
  });
}

function tellStray(reader: Reader, stray: StrayName): void {
  const isSet = reader.layers.variables(stray.meant).length > 0;
  const { name: file } = reader.layers.dotenv;
  const removal = stray.inDotenv ? `take the line ${stray.name}=... out of ${file}` : `unset ${stray.name}`;
  const next = isSet ? removal : nameStep(stray, file);
  reader.warnings.tell({
    kind: "name",
    name: stray.name,
    text: `${stray.name} means nothing here; did you mean ${stray.meant}?`,
    next,
  });
}
