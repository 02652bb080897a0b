import { distance } from "fastest-levenshtein";
import { ConfigError } from "../../config/error.ts";
import { type Figure, figuresOf } from "../figures.ts";
import { SCENARIOS } from "../schema.ts";
import type { BenchReport } from "../types.ts";
import { convert, UNITS } from "./units.ts";
import type { GateResult } from "./view-types.ts";

const OPERATORS = {
  ">=": (value: number, limit: number) => value >= limit,
  "<=": (value: number, limit: number) => value <= limit,
  "==": (value: number, limit: number) => Math.abs(value - limit) <= 1e-9 * Math.abs(limit),
  ">": (value: number, limit: number) => value > limit,
  "<": (value: number, limit: number) => value < limit,
} as const;

/** What a run has to reach, as the user wrote it and taken apart. */
export interface Gate {
  readonly expression: string;
  readonly figure: string;
  readonly operator: keyof typeof OPERATORS;
  readonly limit: number;
  /** Empty when the figure's own is meant. */
  readonly unit: string;
}

const EXAMPLE = "strategy.prewarm.throughput_per_min>=100";
const GATE =
  /^([^<>=!\s]+)\s*(>=|<=|==|>|<)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*([^\d\s.<>=][^<>=]*)?$/i;

/** Takes `--gate` values apart. Throws ConfigError that names each one that cannot be read. */
export function parseGates(expressions: readonly string[]): Gate[] {
  const read = expressions.map(parsed);
  const problems = read.filter((each): each is string => typeof each === "string");
  if (problems.length > 0) throw new ConfigError(problems);
  return read.filter((each): each is Gate => typeof each !== "string");
}

function parsed(expression: string): Gate | string {
  const [, figure = "", operator = "", number = "", unit = ""] = GATE.exec(expression.trim()) ?? [];
  if (!isOperator(operator))
    return `--gate '${expression}': not <scenario>.<variant>.<metric>, one of ${Object.keys(OPERATORS).join(" ")}, and a number, such as '${EXAMPLE}'`;
  if (!isUnit(unit))
    return `--gate '${expression}': no such unit "${unit}" (${UNITS.join(", ")}, or none for the figure's own)`;
  return { expression, figure, operator, limit: Number(number), unit: unit.trim() };
}

function isOperator(text: string): text is Gate["operator"] {
  return Object.hasOwn(OPERATORS, text);
}

function isUnit(text: string): boolean {
  return text.trim() === "" || UNITS.some((unit) => convert(1, text, unit) !== null);
}

/** Holds each gate against the median of its figure. A gate that cannot be held against anything fails. */
export function judgeGates(gates: readonly Gate[], report: BenchReport): GateResult[] {
  const figures = figuresOf(report);
  return gates.map((gate) => judged(gate, figures, report));
}

function judged(gate: Gate, figures: readonly Figure[], report: BenchReport): GateResult {
  const figure = figures.find(({ name }) => name === gate.figure);
  const { expression } = gate;
  const failed = (why: string): GateResult => {
    return { expression, value: null, unit: figure?.unit ?? "", passed: false, why };
  };
  if (!figure) return failed(whyUnknown(gate.figure, figures, report));
  if (figure.samples.length === 0) return failed("no samples: nothing was measured");
  if (Number.isNaN(figure.median)) return failed("a sample is not a number, so there is no median");
  const limit = convert(gate.limit, gate.unit, figure.unit);
  if (limit === null) return failed(`this figure is in ${figure.unit}, not in ${gate.unit}`);
  const { median: value, unit } = figure;
  return { expression, value, unit, passed: OPERATORS[gate.operator](value, limit), why: null };
}

function whyUnknown(name: string, figures: readonly Figure[], { scenarios }: BenchReport): string {
  const [scenario = ""] = name.split(".");
  const ran = scenarios.some((result) => result.scenario === scenario);
  if (!ran && SCENARIOS.some((each) => each === scenario))
    return `the scenario ${scenario} was not run: name it as well (prewarm bench ${scenario}), or leave the gate out`;
  const near = nearestNames(name, figures);
  return `no such figure${near.length > 0 ? `; nearest: ${near.join(", ")}` : "; nothing was measured"}`;
}

/** At most three names, the nearest first. */
function nearestNames(name: string, figures: readonly Figure[]): string[] {
  return figures
    .map((figure) => ({ name: figure.name, wrong: distance(figure.name, name) }))
    .sort((a, b) => a.wrong - b.wrong)
    .slice(0, 3)
    .map((each) => each.name);
}
