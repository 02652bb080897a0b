import picomatch from "picomatch";

/** Whether a key takes part. */
export type KeyFilter = (key: string) => boolean;

/** One pattern as a test: without a slash it looks at the last segment of a key, with one (or `**`) at all of it. */
function matcher(pattern: string): KeyFilter {
  const whole = pattern.endsWith("/") ? `${pattern}**` : pattern;
  const matches = picomatch(whole, { dot: true, windows: false });
  if (whole.includes("/") || whole === "**") return matches;
  return (key) => matches(key.slice(key.lastIndexOf("/") + 1));
}

/**
 * `--include` and `--exclude`: a key takes part when no exclude matches it, and some include does (all do without
 * includes), in whatever order the patterns are given. `photos/` stands for all below it; names with a leading dot are
 * matched like others; case matters, as it does in R2.
 */
export function keyFilter(patterns: { include: readonly string[]; exclude: readonly string[] }): KeyFilter {
  const include = patterns.include.map(matcher);
  const exclude = patterns.exclude.map(matcher);
  return (key) =>
    !exclude.some((matches) => matches(key)) &&
    (include.length === 0 || include.some((matches) => matches(key)));
}
