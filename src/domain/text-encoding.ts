import { isUtf8 } from "node:buffer";

/** What a text file was written in. */
type TextEncodingName = "UTF-8" | "UTF-16LE" | "UTF-16BE";

/** A text as it was read from a file. */
export interface DecodedText {
  /** Without byte order marks; every line ends in LF, whatever it ended in. */
  readonly text: string;
  /** That of its beginning. */
  readonly encoding: TextEncodingName;
  readonly hasMark: boolean;
  /** Whether a line ended in CRLF. */
  readonly hasCrlf: boolean;
  /** The line at which the encoding changes, as `>>` of another shell leaves it; null where there is one encoding only. */
  readonly mixedFromLine: number | null;
  /** It holds zero bytes that no encoding of text explains: a database, a spreadsheet, an archive. */
  readonly isBinary: boolean;
}

/**
 * The text of a whole file: UTF-8 or UTF-16 with or without a byte order mark, UTF-8 that goes on in UTF-16 (`>>` of Windows
 * PowerShell 5.1), UTF-16 that goes on in ASCII (`>>` of cmd). Lines may end in LF, CRLF or CR. Bytes that are no UTF-8 become
 * U+FFFD. Never throws.
 */
export function textOf(bytes: Uint8Array): DecodedText {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new ToUtf8();
  const ascii = asciiTailOf(whole);
  const decoded = Buffer.concat([decoder.feed(whole.subarray(0, ascii)), decoder.end()]);
  const mixedFrom = decoder.utf16From ?? (ascii < whole.length ? decoded.length : null);
  const raw = Buffer.concat([decoded, whole.subarray(ascii)]).toString("utf8");
  return {
    text: withPlainLines(raw),
    encoding: decoder.encoding,
    hasMark: decoder.hasMark,
    hasCrlf: raw.includes("\r\n"),
    mixedFromLine: mixedFrom === null ? null : lineOf(decoded.subarray(0, mixedFrom)),
    isBinary: raw.includes("\0"),
  };
}

/**
 * The pieces of a file, decoded as {@link textOf} does, as UTF-8 without a byte order mark; line ends stay as they are, and
 * so do bytes that are no UTF-8.
 */
export async function* utf8Pieces(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new ToUtf8();
  for await (const piece of pieces) {
    const decoded = decoder.feed(piece);
    if (decoded.length > 0) yield decoded;
  }
  const rest = decoder.end();
  if (rest.length > 0) yield rest;
}

/** Enough to know a byte order mark or a character of UTF-16. */
const OPENING_BYTES = 3;
/** A shorter run of ASCII may be two characters of UTF-16. */
const ASCII_TAIL_BYTES = 4;
const NOTHING: Buffer = Buffer.alloc(0);

/** Turns text in any of these encodings into UTF-8, piece by piece. */
class ToUtf8 {
  encoding: TextEncodingName = "UTF-8";
  hasMark = false;
  /** How many bytes came out before a UTF-8 text went on in UTF-16; null where it did not. */
  utf16From: number | null = null;
  #isOpen = false;
  #held = NOTHING;
  #given = 0;
  #utf16: Utf16 | null = null;

  feed(piece: Buffer): Buffer {
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, piece]) : piece;
    this.#held = NOTHING;
    if (!this.#isOpen && bytes.length < OPENING_BYTES) {
      this.#held = bytes;
      return NOTHING;
    }
    return this.#decode(bytes, false);
  }

  end(): Buffer {
    return this.#decode(this.#held, true);
  }

  #decode(bytes: Buffer, isLast: boolean): Buffer {
    const rest = this.#isOpen ? bytes : this.#open(bytes);
    return this.#utf16 ? this.#utf16.feed(rest, isLast) : this.#pass(rest, isLast);
  }

  /** Returns what follows the mark. */
  #open(bytes: Buffer): Buffer {
    const { encoding, mark } = openingOf(bytes);
    this.#isOpen = true;
    this.encoding = encoding;
    this.hasMark = mark > 0;
    if (encoding !== "UTF-8") this.#utf16 = new Utf16(encoding === "UTF-16BE");
    return bytes.subarray(mark);
  }

  /** UTF-8 goes through as it is, up to where it becomes UTF-16; what cannot be told yet is held. */
  #pass(bytes: Buffer, isLast: boolean): Buffer {
    const { from, isCertain } = utf16TailIn(bytes, isLast);
    const head = bytes.subarray(0, from);
    this.#given += head.length;
    if (!isCertain) {
      this.#held = bytes.subarray(from);
      return head;
    }
    this.utf16From = this.#given;
    this.#utf16 = new Utf16(false);
    return Buffer.concat([head, this.#utf16.feed(bytes.subarray(from), isLast)]);
  }
}

/** UTF-16 to UTF-8; a character may be cut by the end of a piece. */
class Utf16 {
  readonly #decoder = new TextDecoder("utf-16le");
  readonly #isBigEndian: boolean;
  #odd = NOTHING;

  constructor(isBigEndian: boolean) {
    this.#isBigEndian = isBigEndian;
  }

  feed(piece: Buffer, isLast: boolean): Buffer {
    const stream = !isLast;
    if (!this.#isBigEndian) return Buffer.from(this.#decoder.decode(piece, { stream }));
    const bytes = Buffer.concat([this.#odd, piece]);
    const even = bytes.length - (bytes.length % 2);
    this.#odd = bytes.subarray(even);
    const swapped = bytes.subarray(0, even).swap16();
    return Buffer.from(this.#decoder.decode(swapped, { stream }));
  }
}

/** Without a mark, a zero in the first character tells UTF-16: text has no U+0000. */
function openingOf([a, b, c]: Buffer): { readonly encoding: TextEncodingName; readonly mark: number } {
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: "UTF-8", mark: 3 };
  if (a === 0xff && b === 0xfe) return { encoding: "UTF-16LE", mark: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: "UTF-16BE", mark: 2 };
  if (a !== 0 && b === 0) return { encoding: "UTF-16LE", mark: 0 };
  if (a === 0 && b !== 0) return { encoding: "UTF-16BE", mark: 0 };
  return { encoding: "UTF-8", mark: 0 };
}

/**
 * Where UTF-8 goes on in UTF-16: at a character followed by a zero byte, and that by another such. `isCertain` is false where
 * there is no such place yet; from `from` on it has to be looked at again with what follows.
 */
function utf16TailIn(bytes: Buffer, isLast: boolean): { readonly from: number; readonly isCertain: boolean } {
  for (let zero = bytes.indexOf(0, 1); zero !== -1; zero = bytes.indexOf(0, zero + 1)) {
    if (zero + 2 >= bytes.length && !isLast) return { from: zero - 1, isCertain: false };
    if (bytes[zero + 2] === 0 && bytes[zero + 1] !== 0)
      return { from: tailStart(bytes, zero), isCertain: true };
  }
  // A line is handed on as soon as it ends: somebody may be typing.
  const isWhole = isLast || bytes.length === 0 || bytes[bytes.length - 1] === 10;
  return { from: isWhole ? bytes.length : bytes.length - 1, isCertain: false };
}

/** The character before the zero, or the beginning of its line where that is no UTF-8 either. */
function tailStart(bytes: Buffer, zero: number): number {
  const isEnd = (byte: number | undefined) => byte === 10 || byte === 13;
  let line = zero - 1;
  while (line > 0 && !isEnd(bytes[line - 1])) line--;
  const head = bytes.subarray(line, zero - 1);
  const isText = isUtf8(head) && !head.some((byte) => byte < 0x20 && byte !== 9);
  return isText ? zero - 1 : line;
}

/** Where a file of UTF-16 goes on in ASCII; its length where it does not. */
function asciiTailOf(bytes: Buffer): number {
  const { encoding } = openingOf(bytes);
  const zero = bytes.lastIndexOf(0);
  if (encoding === "UTF-8" || zero === -1) return bytes.length;
  const from = encoding === "UTF-16LE" ? zero + 1 : zero + 2;
  const tail = bytes.subarray(from);
  const isAscii = tail.every((byte) => (byte >= 0x20 && byte < 0x7f) || [9, 10, 13].includes(byte));
  return isAscii && tail.length >= ASCII_TAIL_BYTES ? from : bytes.length;
}

/** Every line ends in LF; a mark at the beginning of a line came from a file that was joined to another. */
function withPlainLines(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/^\uFEFF+/gm, "");
}

function lineOf(before: Buffer): number {
  return withPlainLines(before.toString("utf8")).split("\n").length;
}
