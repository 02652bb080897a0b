import { ConfigError } from "../../src/config/error.ts";

/** What a ConfigError says, a text a problem; none where nothing is thrown. */
export function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
