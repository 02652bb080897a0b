import * as v from "valibot";
import { ConfigError } from "../../config/error.ts";
import { readJsonFile, UnreadableFile } from "../../config/text-file.ts";
import { Report } from "../schema.ts";
import type { BenchReport } from "../types.ts";

const REMEDY = "write one with `prewarm bench --json FILE`";

/** Reads what `--json` wrote. Throws ConfigError, one line, when the file is missing, is not JSON, or has another schema. */
export function readReport(path: string): BenchReport {
  const value = parsed(path);
  const schema = typeof value === "object" && value !== null && "schema" in value ? value.schema : undefined;
  if (schema !== undefined && schema !== 1)
    throw new ConfigError([
      `${path}: a report of schema ${String(schema)}, and this prewarm reads schema 1; measure both sides with one version`,
    ]);
  const read = v.safeParse(Report, value);
  if (read.success) return read.output;
  const [issue] = read.issues;
  throw new ConfigError([
    `${path}: not a report of prewarm bench (${lack(v.getDotPath(issue), issue.input)}); ${REMEDY}`,
  ]);
}

function lack(member: string | null, found: unknown): string {
  if (member === null) return "it is not a JSON object";
  return found === undefined ? `it has no ${member}` : `its ${member} has another form`;
}

function parsed(path: string): unknown {
  try {
    return readJsonFile(path);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new ConfigError([`${path}: ${error.message}; ${REMEDY}`]);
  }
}

/** A report as JSON for people and programs: indented, each list of samples on one line. Ends with a line end. */
export function reportJson(report: BenchReport): string {
  const text = JSON.stringify(report, null, 2);
  const numbers = /\[\n\s+((?:-?[\d.e+-]+|null)(?:,\s+(?:-?[\d.e+-]+|null))*)\n\s+\]/g;
  return `${text.replace(numbers, (_, inner: string) => `[${inner.replace(/\s+/g, " ")}]`)}\n`;
}
