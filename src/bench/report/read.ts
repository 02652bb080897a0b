import { readFileSync } from "node:fs";
import * as v from "valibot";
import { ConfigError } from "../../config/error.ts";
import { type BenchReport, SCENARIOS } from "../port.ts";

/** JSON has no NaN: it is written as null, and read back. */
const Sample = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
);
const Better = v.picklist(["higher", "lower"]);
const Metric = v.object({
  name: v.string(),
  unit: v.string(),
  better: Better,
  samples: v.array(Sample),
  portable: v.exactOptional(v.boolean()),
});
const Ratio = v.object({
  variant: v.string(),
  metric: v.string(),
  reference: v.string(),
  better: Better,
  samples: v.array(Sample),
  portable: v.exactOptional(v.boolean()),
});
const Target = v.object({
  text: v.string(),
  figure: v.string(),
  value: v.nullable(v.number()),
  unit: v.string(),
  met: v.nullable(v.boolean()),
  limit: v.exactOptional(v.number()),
});
const Doubt = v.object({
  about: v.picklist(["machine", "process", ...SCENARIOS]),
  text: v.string(),
  next: v.string(),
});
const Axis = v.object({ label: v.string(), unit: v.string() });
const Plot = v.object({
  title: v.string(),
  kind: v.picklist(["line", "distribution"]),
  x: Axis,
  y: Axis,
  series: v.array(
    v.object({
      name: v.string(),
      limit: v.exactOptional(v.boolean()),
      points: v.array(v.tuple([Sample, Sample])),
    }),
  ),
});
const Scenario = v.object({
  scenario: v.picklist(SCENARIOS),
  what: v.string(),
  simulated: v.nullable(v.string()),
  rounds: v.number(),
  seconds: v.number(),
  variants: v.array(v.object({ name: v.string(), title: v.string(), metrics: v.array(Metric) })),
  ratios: v.array(Ratio),
  targets: v.array(Target),
  doubts: v.array(Doubt),
  plots: v.array(Plot),
  incomplete: v.nullable(v.string()),
});
const Report = v.object({
  type: v.literal("bench"),
  schema: v.literal(1),
  at: v.string(),
  environment: v.object({
    prewarm: v.string(),
    node: v.string(),
    platform: v.string(),
    cpu: v.string(),
    cores: v.number(),
    memory_mb: v.number(),
    load_1m: v.number(),
    ci: v.boolean(),
  }),
  scenarios: v.array(Scenario),
  doubts: v.array(Doubt),
});

const REMEDY = "write one with `prewarm bench --json FILE`";

/** Reads what `--json` wrote. Throws ConfigError in one line when it is not there, no JSON, or of another schema. */
export function readReport(path: string): BenchReport {
  const value = parsed(path, textOf(path));
  const schema = typeof value === "object" && value !== null && "schema" in value ? value.schema : undefined;
  if (schema !== undefined && schema !== 1)
    throw new ConfigError([
      `${path}: a report of schema ${String(schema)}, and this prewarm reads schema 1; measure both sides with one version`,
    ]);
  const read = v.safeParse(Report, value);
  if (read.success) return read.output;
  const [issue] = read.issues;
  throw new ConfigError([
    `${path}: no report of prewarm bench (${v.getDotPath(issue) ?? "the whole"}: ${issue.message}); ${REMEDY}`,
  ]);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      throw new ConfigError([`${path}: no such file; ${REMEDY}`]);
    throw new ConfigError([`${path} cannot be read: ${error instanceof Error ? error.message : error}`]);
  }
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new ConfigError([
      `${path} is no JSON: ${error instanceof Error ? error.message : error}; ${REMEDY}`,
    ]);
  }
}

/** A report as JSON for people and programs: indented, each list of samples on one line. Ends with a line end. */
export function reportJson(report: BenchReport): string {
  const text = JSON.stringify(report, null, 2);
  const numbers = /\[\n\s+((?:-?[\d.e+-]+|null)(?:,\s+(?:-?[\d.e+-]+|null))*)\n\s+\]/g;
  return `${text.replace(numbers, (_, inner: string) => `[${inner.replace(/\s+/g, " ")}]`)}\n`;
}
