import type { ChalkInstance } from "chalk";
import type { StatusDocument } from "./document.ts";

/** Milliseconds after which a worker has missed three of the words that it lives. */
const SILENT_MS = 15_000;

/** How a worker of a fleet is at this moment, in a word. */
export function workerState(
  { seen, stopped, leads }: StatusDocument["workers"][number],
  at: string,
  colour: ChalkInstance,
): string {
  if (Date.parse(at) - Date.parse(seen) > SILENT_MS) return colour.yellow("silent");
  if (stopped) return colour.yellow("stopped");
  return leads ? "leads" : "works";
}
