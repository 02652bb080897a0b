import type { WireAct } from "./wire-fault.ts";

/** So much of a request is looked at, and so much of an answer is kept. */
const KEPT_BYTES = 262_144;

/** A request as it went by: what it begins with, and the chat that it names, if any. */
export interface PassedRequest {
  /** Unix milliseconds at which its first byte came. */
  readonly at: number;
  readonly method: string;
  /** Numeric id of the bot, as its token in the path has it. */
  readonly bot: string | null;
  readonly chat: string | null;
}

/** A wait that an answer told, and the client got whole. */
export interface ToldWait {
  readonly at: number;
  readonly bot: string | null;
  readonly chat: string | null;
  readonly seconds: number;
}

/** One request and its answer, as bytes. */
export class Exchange {
  readonly at = Date.now();
  readonly line: string;
  /** What is still to happen to it. */
  act: WireAct | null;
  requestBytes = 0;
  answerBytes = 0;
  #answeredAt = 0;
  #request = Buffer.alloc(0);
  #answer = Buffer.alloc(0);

  constructor(first: Buffer, act: WireAct | null) {
    this.line = first.subarray(0, 512).toString("latin1").split("\r\n")[0] ?? "";
    this.act = act;
  }

  /** Notes bytes of the client. */
  asked(chunk: Buffer): void {
    this.requestBytes += chunk.length;
    if (this.#request.length < KEPT_BYTES) this.#request = Buffer.concat([this.#request, chunk]);
  }

  /** Notes bytes that the client got. */
  answered(chunk: Buffer): void {
    this.answerBytes += chunk.length;
    this.#answeredAt = Date.now();
    if (this.#answer.length < KEPT_BYTES) this.#answer = Buffer.concat([this.#answer, chunk]);
  }

  /** All bytes of the request came, by the length that its head announces. */
  get isWhole(): boolean {
    const end = this.#request.indexOf("\r\n\r\n");
    if (end === -1) return false;
    const head = this.#request.subarray(0, end).toString("latin1");
    return this.requestBytes >= end + 4 + Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  }

  /** Its answer, where all of it was kept. */
  get answer(): Buffer | null {
    return this.answerBytes > 0 && this.answerBytes <= KEPT_BYTES ? this.#answer : null;
  }

  passed(): PassedRequest {
    const method = /([^/? ]+)(?:\?\S*)? HTTP/.exec(this.line)?.[1] ?? "";
    return { at: this.at, method, bot: this.#bot(), chat: this.#chat() };
  }

  /** The wait that its answer tells. */
  wait(): ToldWait | null {
    const seconds = /"retry_after":(\d+)/.exec(this.#answer.subarray(0, 4_096).toString("latin1"))?.[1];
    return seconds === undefined
      ? null
      : { at: this.#answeredAt, bot: this.#bot(), chat: this.#chat(), seconds: Number(seconds) };
  }

  #bot(): string | null {
    return /^POST \/bot(\d+):/.exec(this.line)?.[1] ?? null;
  }

  #chat(): string | null {
    const text = this.#request.subarray(0, 8_192).toString("latin1");
    const found =
      /name="chat_id"\r\n(?:[^\r\n]+\r\n)*\r\n(-?\d+)/.exec(text) ?? /(?:^|[&\n])chat_id=(-?\d+)/.exec(text);
    return found?.[1] ?? null;
  }
}

/** An answer whose body ends after so many bytes, as its head announces; the answer itself where its head is not there. */
export function shortened(answer: Buffer, after: number): Buffer {
  const end = answer.indexOf("\r\n\r\n");
  if (end === -1) return answer;
  const body = answer.subarray(end + 4, end + 4 + after);
  const head = answer
    .subarray(0, end)
    .toString("latin1")
    .replace(/content-length: *\d+/i, `Content-Length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, "latin1"), body]);
}
