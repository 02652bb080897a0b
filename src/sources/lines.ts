import { isUtf8 } from "node:buffer";

/** A physical line of a file, counted from 1, without its end. */
export interface Line {
  readonly number: number;
  readonly text: string;
  /** What it ended in, where that is not an LF alone. */
  readonly end?: "\r" | "\r\n";
  /** Why `text` must not be used. */
  readonly problem?: string;
}

/** No entry comes near it; a longer line is a file of another kind, and must not fill the memory. */
const LINE_BYTES = 1024 * 1024;
const [LF, CR] = [10, 13];

/** The lines of a text, ended by LF, CRLF or CR, those of one piece at a time. A line of more than 1 MiB, or one that is not UTF-8, comes with a problem. */
export async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  const splitter = new LineSplitter();
  for await (const piece of pieces) yield splitter.feed(piece);
  yield splitter.end();
}

class LineSplitter {
  #parts: Buffer[] = [];
  #bytes = 0;
  #number = 0;
  /** The last byte was a CR: whether an LF follows is not known yet. */
  #isHeld = false;

  feed(piece: Buffer): Line[] {
    if (piece.length === 0) return [];
    const lines: Line[] = [];
    let from = 0;
    if (this.#isHeld) {
      from = piece[0] === LF ? 1 : 0;
      lines.push(this.#take(from === 1 ? "\r\n" : "\r"));
    }
    const ends = new LineEnds(piece);
    for (let end = ends.next(from); end !== null; end = ends.next(from)) {
      this.#add(piece.subarray(from, end.at));
      from = end.at + end.length;
      this.#isHeld = end.by === "\r" && from === piece.length;
      if (this.#isHeld) return lines;
      lines.push(this.#take(end.by));
    }
    this.#add(piece.subarray(from));
    return lines;
  }

  end(): Line[] {
    return this.#bytes > 0 || this.#isHeld ? [this.#take(this.#isHeld ? "\r" : undefined)] : [];
  }

  #add(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > LINE_BYTES) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #take(end: Line["end"]): Line {
    const bytes = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    const isTooLong = this.#bytes > LINE_BYTES;
    this.#parts = [];
    this.#bytes = 0;
    this.#isHeld = false;
    const number = ++this.#number;
    if (isTooLong || !bytes) return { number, text: "", problem: "is longer than 1 MiB" };
    const text = bytes.toString("utf8");
    if (text.includes("\uFFFD") && !isUtf8(bytes)) return { number, text, problem: "is not UTF-8 text" };
    return end === undefined ? { number, text } : { number, text, end };
  }
}

/** The ends of lines in one piece. Each of both signs is looked for again only once it was passed: a text has mostly one. */
class LineEnds {
  readonly #piece: Buffer;
  readonly #next = { lf: -2, cr: -2 };

  constructor(piece: Buffer) {
    this.#piece = piece;
  }

  /** The first end at `from` or after it, an LF after a CR included; null when there is none. */
  next(from: number): { readonly at: number; readonly length: number; readonly by: Line["end"] } | null {
    const lf = this.#find("lf", LF, from);
    const cr = this.#find("cr", CR, from);
    if (cr !== -1 && (lf === -1 || cr < lf)) {
      return lf === cr + 1 ? { at: cr, length: 2, by: "\r\n" } : { at: cr, length: 1, by: "\r" };
    }
    return lf === -1 ? null : { at: lf, length: 1, by: undefined };
  }

  #find(name: "lf" | "cr", sign: number, from: number): number {
    const last = this.#next[name];
    if (last === -1 || last >= from) return last;
    this.#next[name] = this.#piece.indexOf(sign, from);
    return this.#next[name];
  }
}
