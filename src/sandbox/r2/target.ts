import { accept, type Checked, refuse } from "./errors.ts";

/** Decoded names and values, in the order of the URL. */
export type QueryParameters = readonly (readonly [name: string, value: string])[];

/** The target of a request line, path-style. */
export interface R2Target {
  /** Decoded path, with its leading slash. */
  readonly path: string;
  /** `null` for the account itself. */
  readonly bucket: string | null;
  /** `null` for a bucket or the account. */
  readonly key: string | null;
  readonly query: QueryParameters;
}

/** Splits `/<bucket>/<key>?<query>`; fails on percent signs that cannot be decoded. */
export function parseTarget(url: string): Checked<R2Target> {
  const mark = url.indexOf("?");
  const rawPath = mark < 0 ? url : url.slice(0, mark);
  try {
    const path = decodeURIComponent(rawPath);
    const slash = path.indexOf("/", 1);
    const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
    const key = slash < 0 ? "" : path.slice(slash + 1);
    const query = mark < 0 ? [] : parseQuery(url.slice(mark + 1));
    return accept({ path, bucket: bucket || null, key: key || null, query });
  } catch {
    return refuse("InvalidURI");
  }
}

function parseQuery(text: string): QueryParameters {
  return text
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const at = part.indexOf("=");
      return at < 0
        ? ([decodeQuery(part), ""] as const)
        : ([decodeQuery(part.slice(0, at)), decodeQuery(part.slice(at + 1))] as const);
    });
}

function decodeQuery(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}

/** Returns the value of a query parameter. Case does not matter, since presigned URLs use both. */
export function parameter(query: QueryParameters, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return query.find(([found]) => found.toLowerCase() === wanted)?.[1];
}
