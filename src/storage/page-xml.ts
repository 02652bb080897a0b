/** What a page of ListObjectsV2 says, in the names of the SDK; absent where the page does not say it. */
export interface PageXml {
  readonly Name?: string | undefined;
  readonly KeyCount?: number | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly NextContinuationToken?: string | undefined;
  readonly EncodingType?: string | undefined;
  readonly Contents: readonly ObjectXml[];
}

/** One object of a page. */
interface ObjectXml {
  readonly Key?: string | undefined;
  readonly Size?: number | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
}

const ROOT = /^\s*(?:<\?xml[^>]*\?>\s*)?<ListBucketResult(?:\s[^>]*)?>/;
const END = "</ListBucketResult>";
const [OPEN, CLOSE] = ["<Contents>", "</Contents>"];

/**
 * Reads a page of ListObjectsV2 (docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html) as the SDK does, for a tenth of
 * its CPU: 1,000 objects take the SDK 12 ms, and 50 to 100 when they are the first. Returns null for whatever is not written in
 * the plain way in which servers write it, which is left to the SDK.
 */
export function readPageXml(xml: string): PageXml | null {
  const start = ROOT.exec(xml)?.[0].length ?? -1;
  const end = xml.lastIndexOf(END);
  // Comments, CDATA, document types, and line ends that XML changes.
  if (start < 0 || end < start || xml.includes("<!") || xml.includes("\r")) return null;
  if (xml.indexOf(END) < end || xml.slice(end + END.length).trim() !== "") return null;
  try {
    return pageOf(xml.slice(start, end));
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
}

/** Something is written in a way that is left to the SDK. */
class NotPlain extends Error {}

function pageOf(root: string): PageXml {
  const Contents: ObjectXml[] = [];
  let about = "";
  let at = 0;
  for (let open = root.indexOf(OPEN); open >= 0; open = root.indexOf(OPEN, at)) {
    const close = root.indexOf(CLOSE, open);
    if (close < 0) throw new NotPlain();
    about += root.slice(at, open);
    Contents.push(objectOf(root.slice(open + OPEN.length, close)));
    at = close + CLOSE.length;
  }
  about += root.slice(at);
  if (about.includes("<Contents")) throw new NotPlain();
  return {
    Name: kept(about, "Name"),
    KeyCount: wholeNumber(cell(about, "KeyCount")),
    IsTruncated: truth(cell(about, "IsTruncated")),
    NextContinuationToken: kept(about, "NextContinuationToken"),
    EncodingType: kept(about, "EncodingType"),
    Contents,
  };
}

function objectOf(xml: string): ObjectXml {
  return {
    Key: kept(xml, "Key"),
    Size: wholeNumber(cell(xml, "Size")),
    ETag: kept(xml, "ETag"),
    LastModified: moment(cell(xml, "LastModified")),
  };
}

/** The text of an element for whoever keeps it: a piece of a page would hold the whole of it, 300 KB, for as long. */
function kept(xml: string, name: string): string | undefined {
  const text = cell(xml, name);
  return text && Buffer.from(text).toString();
}

/** The text of an element; undefined where there is none. */
function cell(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`);
  if (start < 0) {
    // An empty tag, or one with attributes.
    if (xml.includes(`<${name}`)) throw new NotPlain();
    return undefined;
  }
  const from = start + name.length + 2;
  const to = xml.indexOf("<", from);
  if (!xml.startsWith(`</${name}>`, to) || xml.includes(`<${name}>`, to)) throw new NotPlain();
  const text = xml.slice(from, to);
  return text.includes("&") ? text.replace(ENTITY, asChar) : text;
}

const ENTITY = /&([^;&]*);?/g;
const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }),
);

function asChar(entity: string, name: string): string {
  const char = name.startsWith("#") ? charOf(name.slice(1)) : ENTITIES.get(name);
  if (char === undefined || !entity.endsWith(";")) throw new NotPlain();
  return char;
}

const NUMBER = /^(?:x([\da-fA-F]{1,6})|(\d{1,7}))$/;

/** The character that XML names by its number; undefined for one that XML cannot have. The SDK takes those above U+FFFF for others. */
function charOf(text: string): string | undefined {
  const [, hex, decimal] = NUMBER.exec(text) ?? [];
  const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
  const char = code <= LAST_CODE_POINT ? String.fromCodePoint(code) : "";
  return /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]$/u.test(char) ? char : undefined;
}

const LAST_CODE_POINT = 0x10ffff;

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new NotPlain();
  return Number(text);
}

function truth(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text !== "true" && text !== "false") throw new NotPlain();
  return text === "true";
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

function moment(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const at = MOMENT.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(at.getTime())) throw new NotPlain();
  return at;
}
