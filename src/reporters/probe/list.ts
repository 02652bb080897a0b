import type { ProbeExperiment } from "../../probe/experiment.ts";
import { fold, size } from "../format.ts";

type Listed = Pick<ProbeExperiment, "id" | "title" | "why" | "sends" | "most" | "uploads">;

const WIDTH = 80;
const INDENT = " ".repeat(6);

/** What each experiment asks, sends, and is good for. */
export function experimentList(experiments: readonly Listed[]): string {
  return experiments.map((each) => `${entryOf(each).join("\n")}\n`).join("");
}

function entryOf({ id, title, why, sends, most, uploads }: Listed): string[] {
  const messages = most === 1 ? "1 message" : `${most} messages`;
  const bytes = uploads === undefined ? "" : `, uploads of at most ${size(uploads)}`;
  return [
    `  ${id} (at most ${messages}${bytes})`,
    ...labelled("asks", `${title}?`),
    ...labelled("sends", sends),
    ...labelled("why", why),
  ];
}

function labelled(label: string, text: string): string[] {
  const lines = fold(text, WIDTH - INDENT.length - 6, "");
  return lines.map((line, nth) => `${INDENT}${(nth === 0 ? label : "").padEnd(6)}${line}`);
}

/** An experiment as `--list --json` has it. */
export function experimentRecord({ id, title, why, sends, most, uploads }: Listed) {
  return { id, title, why, sends, most_messages: most, most_upload_bytes: uploads ?? null };
}
