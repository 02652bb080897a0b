import { ConfigError } from "../config/error.ts";

/** Reads flags and configuration, with the problems of both told at once. Throws ConfigError, with `hint` where the configuration is at fault. */
export function readTogether<O, C>(
  readOptions: () => O,
  readConfig: () => C,
  hint: string | null = null,
): { options: O; config: C } {
  const problems: string[] = [];
  const attempt = <T>(read: () => T): { value: T } | undefined => {
    try {
      return { value: read() };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const options = attempt(readOptions);
  const config = attempt(readConfig);
  if (options && config) return { options: options.value, config: config.value };
  throw new ConfigError(problems, config ? null : hint);
}
