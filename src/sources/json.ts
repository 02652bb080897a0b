import { Tokenizer, TokenParser } from "@streamparser/json";
import { manifestFailed } from "./manifest-bytes.ts";
import type { RawEntry } from "./manifest-entry.ts";

/** No entry comes near it; a longer one would be kept in memory whole. */
const ENTRY_BYTES = 1024 * 1024;

/**
 * Elements of a manifest that is one JSON array, read as a stream. A syntax error comes as the last entry, with the index of
 * the element it is in. Throws SourceFailed when the file is no array from its first byte.
 */
export async function* jsonEntries(pieces: AsyncIterable<Buffer>, name: string): AsyncGenerator<RawEntry[]> {
  const array = new ArrayReader(name);
  for await (const piece of pieces) {
    yield array.feed(piece);
    if (array.isBroken) return;
  }
  yield array.end();
}

class ArrayReader {
  readonly #name: string;
  readonly #tokenizer = new Tokenizer();
  readonly #values = new TokenParser({ paths: ["$.*"], keepStack: false });
  #entries: RawEntry[] = [];
  #index = 0;
  #isOpen = false;
  /** Offset of the last token, and of the first byte of the present piece. */
  #tokenAt = 0;
  #pieceAt = 0;
  #sinceEntry = 0;
  /** Lines that ended before the present piece. */
  #lines = 0;
  isBroken = false;

  constructor(name: string) {
    this.#name = name;
    this.#tokenizer.onToken = (token) => {
      this.#tokenAt = token.offset;
      this.#values.write(token);
    };
    this.#values.onValue = ({ value }) => {
      this.#entries.push({ where: `${name}[${this.#index++}]`, value });
      this.#sinceEntry = 0;
    };
  }

  feed(piece: Buffer): RawEntry[] {
    if (!this.#isOpen) this.#open(piece);
    this.#sinceEntry += piece.length;
    try {
      this.#tokenizer.write(piece);
      if (this.#sinceEntry > ENTRY_BYTES) throw new Error("an entry is longer than 1 MiB");
    } catch (error) {
      this.#break(error, piece);
    }
    this.#pieceAt += piece.length;
    this.#lines += newlines(piece);
    return this.#take();
  }

  end(): RawEntry[] {
    if (!this.#isOpen) return [];
    if (!this.#values.isEnded) this.#break(new Error("the file ends before its closing ]"), null);
    return this.#take();
  }

  /** Looks at the first byte that is not blank, as JSON has blanks: byte A0 is none. */
  #open(piece: Buffer): void {
    const first = /[^ \t\r\n]/.exec(piece.toString("latin1"))?.[0];
    if (first === undefined) return;
    if (first === "{") {
      throw manifestFailed(
        this.#name,
        "begins with {, not with [: put its entries into one array, or read one object a line with --manifest-format jsonl",
      );
    }
    if (first !== "[") {
      throw manifestFailed(
        this.#name,
        `begins with ${JSON.stringify(first)}, not with [, so it is not a JSON array`,
      );
    }
    this.#isOpen = true;
  }

  #break(error: unknown, piece: Buffer | null): void {
    this.isBroken = true;
    const said = error instanceof Error ? error.message : String(error);
    const place = / at chunk position "(\d+)".*/s.exec(said);
    const at = place ? Number(place[1]) : this.#tokenAt - this.#pieceAt;
    const line = this.#lines + newlines(piece?.subarray(0, Math.max(0, at))) + 1;
    const what = said
      .replace(/ at chunk position.*| in state .*/s, "")
      .replace(/Unexpected (?:[A-Z_]+ \((.*)\)|(.*))/s, "unexpected $1$2")
      .replace(/\p{Cc}/gu, (sign) => `U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`);
    this.#entries.push({
      where: `${this.#name}[${this.#index}]`,
      reason: "manifest_syntax",
      problem: `JSON syntax error in line ${line}: ${what}; nothing from there on was read`,
    });
  }

  #take(): RawEntry[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }
}

function newlines(bytes: Buffer | undefined): number {
  let count = 0;
  for (let at = bytes?.indexOf(10) ?? -1; bytes && at !== -1; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}
