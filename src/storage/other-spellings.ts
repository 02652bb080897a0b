/** More are not asked for: each costs a request. */
const MOST = 6;

/**
 * Keys that somebody may have meant by one that is not there: without what an address puts before it (`s3://bucket/`,
 * `https://host/bucket/`, `bucket/`, `/`, `./`), with slashes for backslashes, percent-decoded, encoded where it has spaces, in
 * lower case, in the other spelling of Unicode; the likeliest first, six at most. None for a key that looks like one.
 */
export function otherSpellings(key: string, bucket: string): string[] {
  const found = new Set<string>();
  for (const start of withoutAddress(key)) {
    const slashed = rooted(start.replaceAll("\\", "/"));
    const plain = decoded(slashed);
    const inside = [slashed, plain].flatMap((one) => withoutBucket(one, bucket));
    for (const one of [rooted(start), ...inside, slashed, plain, plain.replaceAll("+", " ")]) found.add(one);
    const all = [key, ...found];
    for (const one of all) for (const form of ["NFC", "NFD"]) found.add(one.normalize(form));
    const last = inside[0] ?? plain;
    for (const one of [withLowerExtension(last), last.toLowerCase(), last.replaceAll(" ", "%20")])
      found.add(one);
  }
  for (const same of [key, ""]) found.delete(same);
  return [...found].slice(0, MOST);
}

/** How people may tell two keys apart that look the same; `""` where they need no help. */
export function differenceOf(key: string, other: string): string {
  const form = ["NFC", "NFD"].find((each) => other === other.normalize(each));
  return key.normalize("NFC") === other.normalize("NFC") && form ? ` (in Unicode form ${form})` : "";
}

function withoutAddress(key: string): string[] {
  const address = /^\s*(?:s3|r2|gs):\/\/[^/]+\/(.*)$/is.exec(key);
  if (address) return [address[1] ?? ""];
  const url = /^\s*https?:\/\/[^/]+\/([^?#]*)/i.exec(key);
  if (!url) return [key];
  const path = url[1] ?? "";
  return [path.slice(path.indexOf("/") + 1), path];
}

function withoutBucket(key: string, bucket: string): string[] {
  return key.startsWith(`${bucket}/`) ? [rooted(key.slice(bucket.length))] : [];
}

function rooted(text: string): string {
  return text
    .trim()
    .replace(/^(["'])(.*)\1$/s, "$2")
    .replace(/^(?:\.?\/)+/, "");
}

function withLowerExtension(key: string): string {
  return key.replace(/\.[^./]+$/, (extension) => extension.toLowerCase());
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
