import { parentPort, workerData } from "node:worker_threads";
import { LedgerError } from "../error.ts";
import type { Ledger, Selected } from "../port.ts";
import { openSqliteLedger, type SqliteLedgerOptions } from "../sqlite.ts";
import type { FailedCall, LedgerReply, LedgerRequest, RequestBatch } from "./messages.ts";

/** The other side of `openThreadLedger`: opens the ledger in this thread and does what arrives, in order. */
class LedgerThread {
  readonly #ledger: Promise<Ledger>;
  readonly #selections = new Map<number, AsyncIterator<Selected[]>>();
  #replies: LedgerReply[] = [];

  constructor(ledger: Promise<Ledger>) {
    this.#ledger = ledger;
  }

  async handle(request: LedgerRequest): Promise<void> {
    const { id } = request;
    try {
      this.#reply({ id, value: await this.#run(await this.#ledger, request) });
    } catch (error) {
      this.#reply({ id, failed: plain(error) });
    }
  }

  #run(ledger: Ledger, { id, method, input }: LedgerRequest): unknown {
    switch (method) {
      case "opened":
        return ledger.caution;
      case "select":
        this.#selections.set(
          id,
          ledger.select(...(input as Parameters<Ledger["select"]>))[Symbol.asyncIterator](),
        );
        return undefined;
      case "nextPage":
        return this.#selections.get(input[0] as number)?.next();
      case "endSelect":
        this.#selections.delete(input[0] as number);
        return undefined;
      default:
        return (ledger[method] as (...args: readonly unknown[]) => unknown).apply(ledger, [...input]);
    }
  }

  /** All that one commit settles goes back in one message. */
  #reply(reply: LedgerReply): void {
    if (this.#replies.length === 0) queueMicrotask(() => this.#send());
    this.#replies.push(reply);
  }

  #send(): void {
    const replies = this.#replies;
    this.#replies = [];
    parentPort?.postMessage(replies);
  }
}

function plain(error: unknown): FailedCall {
  const ledger = error instanceof LedgerError ? { exitCode: error.exitCode, fault: error.fault } : null;
  if (error instanceof Error) return { message: error.message, ledger, stack: error.stack };
  return { message: String(error), ledger, stack: undefined };
}

const { opened, ...options } = workerData as SqliteLedgerOptions & { readonly opened: number };
let at = opened;
const opening = openSqliteLedger({ ...options, now: () => at });
opening.catch(() => {});
const thread = new LedgerThread(opening);
parentPort?.on("message", ({ at: sent, requests }: RequestBatch) => {
  at = sent;
  for (const request of requests) thread.handle(request);
});
