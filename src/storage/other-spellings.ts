/**
 * Keys that somebody may have meant by one that is not there: without what an address puts before it (`s3://bucket/`,
 * `https://host/bucket/`, `/`, `./`), with slashes for backslashes, percent-decoded; the likeliest first, four at most. None
 * for a key that looks like one.
 */
export function otherSpellings(key: string): string[] {
  const found = new Set<string>();
  for (const start of withoutAddress(key)) {
    const bare = start.trim().replace(/^(?:\.?\/)+/, "");
    const slashed = bare.replaceAll("\\", "/");
    for (const one of [bare, slashed, decoded(slashed), decoded(slashed).replaceAll("+", " ")])
      found.add(one);
  }
  for (const same of [key, ""]) found.delete(same);
  return [...found].slice(0, 4);
}

function withoutAddress(key: string): string[] {
  const address = /^\s*(?:s3|r2|gs):\/\/[^/]+\/(.*)$/is.exec(key);
  if (address) return [address[1] ?? ""];
  const url = /^\s*https?:\/\/[^/]+\/([^?#]*)/i.exec(key);
  if (!url) return [key];
  const path = url[1] ?? "";
  return [path.slice(path.indexOf("/") + 1), path];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
