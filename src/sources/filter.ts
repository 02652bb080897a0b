import picomatch from "picomatch";

/** Whether a key takes part. */
export type KeyFilter = (key: string) => boolean;

/** Letters with marks have two spellings in Unicode (NFC and NFD) that nobody can tell apart: keys and patterns are compared in one of them. */
export function sameSpelling(text: string): string {
  return text.normalize("NFC");
}

/**
 * One pattern of `--include` or `--exclude` as a test. Without a slash it looks at the last segment of a key, with one (or
 * `**`) at all of it; a leading slash stands for the root, as `photos/` stands for all below it. Names with a leading dot are
 * matched like others; case matters, as it does in R2.
 */
export function patternTest(pattern: string): KeyFilter {
  const given = sameSpelling(pattern);
  const rooted = given.startsWith("/");
  const bare = given.replace(/^\/+/, "");
  const whole = bare === "" || bare.endsWith("/") ? `${bare}**` : bare;
  const glob = picomatch(whole, { dot: true, windows: false });
  const matches = (key: string) => glob(sameSpelling(key));
  if (rooted) return (key) => matches(key.replace(/^\/+/, ""));
  if (whole.includes("/") || whole === "**") return matches;
  return (key) => matches(key.slice(key.lastIndexOf("/") + 1));
}

/** The spellings of a prefix that a listing has to ask for to find keys in each of them; one where there is no other. */
export function spellingsOf(prefix: string): string[] {
  return [...new Set([prefix, prefix.normalize("NFC"), prefix.normalize("NFD")])];
}

/**
 * Whether a key that a server named for `spellings[at]` is to be taken from that listing. R2 takes all spellings for one and
 * names a key for each of them, other servers compare bytes: either way a key is taken once.
 */
export function isListedAt(key: string, spellings: readonly string[], at: number): boolean {
  const own = spellings.findIndex((spelling) => key.startsWith(spelling));
  return Math.max(own, 0) === at;
}
