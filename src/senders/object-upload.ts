import { carriedFailure, type Failure } from "../domain/failure.ts";
import { BUFFERED_BYTES } from "../domain/limits.ts";
import type { Result } from "../domain/result.ts";
import { SendError } from "./error.ts";

/** What an {@link ObjectUpload} reads: the whole where it is in memory, else a stream. */
export type UploadContent = Uint8Array | AsyncIterable<Uint8Array>;

/** Bytes that a bot uploads, as a parameter of a {@link SendCall}. */
export class ObjectUpload {
  readonly bytes: number;
  /** As it has to stand in the form; Telegram takes the type from its extension. */
  readonly filename: string;
  readonly #read: () => Promise<Result<UploadContent>>;
  #failure: Failure | null = null;

  constructor(filename: string, bytes: number, read: () => Promise<Result<UploadContent>>) {
    // The server takes the name percent-decoded (tdlib/td HttpReader.cpp, since 2023-02), and grammY writes it without quotes.
    this.filename = filename.replace(/[^\w.~-]/gu, encodeURIComponent);
    this.bytes = bytes;
    this.#read = read;
  }

  /** Why reading failed; null while it did not. Libraries tell no more than that no answer came. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** Small enough to be read whole before the call. */
  get isSmall(): boolean {
    return this.bytes <= BUFFERED_BYTES;
  }

  /** Opens the content, anew for each call. Rejects with a {@link SendError} where the bucket does not give it. */
  async open(): Promise<UploadContent> {
    const opened = await this.#read();
    if (opened.ok) return opened.value;
    this.#failure = opened.failure;
    throw new SendError(opened.failure);
  }

  /** The content as a stream; it is opened when its first bytes are asked for. */
  async *stream(): AsyncGenerator<Uint8Array> {
    const content = await this.open();
    if (content instanceof Uint8Array) {
      yield content;
      return;
    }
    try {
      yield* content;
    } catch (error) {
      this.#failure = carriedFailure(error);
      throw error;
    }
  }

  /** The whole content. */
  async whole(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.stream()) chunks.push(chunk);
    const [first] = chunks;
    return first && chunks.length === 1 ? first : joined(chunks);
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}
