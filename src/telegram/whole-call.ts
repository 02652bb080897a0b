import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";

/** A POST whose body is in memory. */
export interface WholePost {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
  /** Called once the connection is made, before anything is written to it. */
  readonly begins: () => void;
  /** Called with the head of the answer. */
  readonly answers: (status: number, headers: IncomingHttpHeaders) => void;
  /** Called at each piece of the answer's body. */
  readonly goesOn: () => void;
}

/**
 * One POST and the text of its answer, without the streams of `undici.request`, which cost as much CPU as all else of a small call. Head and
 * body leave in one write. Errors are undici's.
 */
export class WholeCall implements Dispatcher.DispatchHandler {
  readonly #post: WholePost;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | null = null;
  #aborted: Error | null = null;
  #resolve: (text: string) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(post: WholePost) {
    this.#post = post;
  }

  /** Makes the call, once, and returns the text of the answer. */
  run(dispatcher: Dispatcher): Promise<string> {
    const { url, headers, body } = this.#post;
    const { origin, path } = partsOf(url);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#aborted) return reject(this.#aborted);
      const times = { headersTimeout: 0, bodyTimeout: 0 };
      dispatcher.dispatch({ origin, path, method: "POST", headers, body, ...times }, this);
    });
  }

  /** Ends the call: nothing of it is written any more. */
  abort(reason: Error): void {
    this.#aborted = reason;
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted) controller.abort(this.#aborted);
    else this.#post.begins();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#post.answers(status, headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#post.goesOn();
  }

  onResponseEnd(): void {
    const [first = Buffer.alloc(0), ...others] = this.#chunks;
    this.#resolve((others.length === 0 ? first : Buffer.concat(this.#chunks)).toString());
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    this.#reject(error);
  }
}

/** The last URL that was called: most calls are of one method of one bot. */
let last = { url: "", origin: "", path: "" };

function partsOf(url: string): { readonly origin: string; readonly path: string } {
  if (url !== last.url) {
    const { origin, pathname, search } = new URL(url);
    last = { url, origin, path: pathname + search };
  }
  return last;
}
