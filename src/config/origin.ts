import { withoutSecrets } from "./mask.ts";

/** Where a value came from, for people: `--bucket`, `environment R2_BUCKET`, `.env R2_BUCKET`, `prewarm.config.json`, `default`. */
export type Origin = string;

/** What stands in an origin for a file: its path, in quotes where a blank in it would make two words. */
export function fileInOrigin(path: string): string {
  const shown = withoutSecrets(path);
  if (/\s/.test(shown)) return JSON.stringify(shown);
  return /^(--|(environment|file|default)$)/.test(shown) ? `./${shown}` : shown;
}

/** The kind of place that an origin names. */
export function layerOf(
  origin: Origin,
): "flag" | "environment" | "dotenv" | "secret_file" | "file" | "default" {
  if (origin === "default") return "default";
  if (origin.startsWith("--")) return "flag";
  if (origin.startsWith("environment ")) return "environment";
  if (origin.startsWith("file ")) return "secret_file";
  return /^(?:"(?:[^"\\]|\\.)*"|\S+) [\w.-]+$/.test(origin) ? "dotenv" : "file";
}

/** An origin without its variable: the `.env`, or the environment. */
export function placeIn(origin: Origin): string {
  const blank = origin.lastIndexOf(" ");
  return ["dotenv", "environment"].includes(layerOf(origin)) ? origin.slice(0, blank) : origin;
}
