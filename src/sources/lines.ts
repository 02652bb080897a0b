import { isUtf8 } from "node:buffer";

/** A physical line of a file, counted from 1, without its end. */
export interface Line {
  readonly number: number;
  readonly text: string;
  /** Why `text` must not be used. */
  readonly problem?: string;
}

/** No entry comes near it; a longer line is a file of another kind, and must not fill the memory. */
const LINE_BYTES = 1024 * 1024;
const NEWLINE = 10;

/** The lines of a text, those of one piece at a time. A line of more than 1 MiB, or one that is not UTF-8, comes with a problem. */
export async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  const splitter = new LineSplitter();
  for await (const piece of pieces) yield splitter.feed(piece);
  yield splitter.end();
}

class LineSplitter {
  #parts: Buffer[] = [];
  #bytes = 0;
  #number = 0;

  feed(piece: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let at = piece.indexOf(NEWLINE); at !== -1; at = piece.indexOf(NEWLINE, from)) {
      this.#add(piece.subarray(from, at));
      lines.push(this.#take());
      from = at + 1;
    }
    this.#add(piece.subarray(from));
    return lines;
  }

  end(): Line[] {
    return this.#bytes > 0 ? [this.#take()] : [];
  }

  #add(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > LINE_BYTES) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #take(): Line {
    const bytes = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    const isTooLong = this.#bytes > LINE_BYTES;
    this.#parts = [];
    this.#bytes = 0;
    const number = ++this.#number;
    if (isTooLong || !bytes) return { number, text: "", problem: "is longer than 1 MiB" };
    const text = bytes.toString("utf8");
    if (text.includes("\uFFFD") && !isUtf8(bytes)) return { number, text, problem: "is not UTF-8 text" };
    return { number, text: text.endsWith("\r") ? text.slice(0, -1) : text };
  }
}
