import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { onAbort } from "../domain/abort.ts";

/** The head of an answer. */
export interface AnswerHead {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
}

/**
 * One HEAD, without the streams of `undici.request`: they are most of what code there is to compile for a request whose answer has no body. A
 * body that comes all the same is passed over. Errors are undici's.
 */
export class HeadCall implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | null = null;
  #aborted: Error | null = null;
  #head: AnswerHead | null = null;
  #resolve: (head: AnswerHead) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  /** Makes the call, once; rejects when the signal aborts. */
  async run(
    dispatcher: Dispatcher,
    options: Dispatcher.DispatchOptions,
    signal: AbortSignal | undefined,
  ): Promise<AnswerHead> {
    const removeListener = onAbort(signal, () => this.#abort(new Error("reading was stopped")));
    try {
      return await new Promise<AnswerHead>((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
        if (this.#aborted) reject(this.#aborted);
        else dispatcher.dispatch(options, this);
      });
    } finally {
      removeListener();
    }
  }

  #abort(reason: Error): void {
    this.#aborted = reason;
    this.#controller?.abort(reason);
    this.#reject(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted) controller.abort(this.#aborted);
  }

  onResponseStart(_: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders): void {
    this.#head = { statusCode, headers };
  }

  onResponseData(): void {}

  onResponseEnd(): void {
    if (this.#head) this.#resolve(this.#head);
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    this.#reject(error);
  }
}
