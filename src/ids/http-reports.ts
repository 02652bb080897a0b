import { askWorker, type WorkerCall, WorkerError } from "./ask-worker.ts";
import type { IdReport } from "./port.ts";

/** Reports that are kept while the worker cannot be told; the oldest go first. */
const MOST = 1_000;
/** How many are sent at once. */
const BATCH = 100;

/** Tells a worker what bots learned. What cannot be told now is told with what comes next. */
export class HttpReports {
  readonly #call: WorkerCall;
  readonly #onTrouble: (error: unknown) => void;
  #waiting: IdReport[] = [];
  #flushing: Promise<void> | null = null;
  /** Unix milliseconds before which the worker wants no more. */
  #notBefore = 0;

  constructor(call: WorkerCall, onTrouble: (error: unknown) => void) {
    this.#call = call;
    this.#onTrouble = onTrouble;
  }

  /** Resolves when it was told, or put off. */
  async add(report: IdReport): Promise<void> {
    this.#waiting.push(report);
    this.#waiting = this.#waiting.slice(-MOST);
    if (Date.now() >= this.#notBefore) await this.flush();
  }

  /** Tells what waits, as far as the worker takes it. */
  async flush(): Promise<void> {
    if (this.#flushing) await this.#flushing;
    this.#flushing ??= this.#tellAll().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  async #tellAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      if (!(await this.#tell(batch))) return;
    }
  }

  /** False where there is no point in telling more now. */
  async #tell(batch: readonly IdReport[]): Promise<boolean> {
    try {
      await askWorker(this.#call, "/report", { reports: batch.map(written) });
      return true;
    } catch (error) {
      const isRefused = error instanceof WorkerError && error.status === 400;
      if (isRefused && batch.length > 1) return this.#tellEach(batch);
      this.#onTrouble(error);
      this.#keep(error, batch);
      return isRefused;
    }
  }

  /** A request is refused as a whole for one report in it. */
  async #tellEach(batch: readonly IdReport[]): Promise<boolean> {
    for (const [at, report] of batch.entries()) {
      if (await this.#tell([report])) continue;
      this.#waiting = [...batch.slice(at + 1), ...this.#waiting].slice(-MOST);
      return false;
    }
    return true;
  }

  /** Of what it refuses nothing is kept, or it would be told for ever. */
  #keep(error: unknown, batch: readonly IdReport[]): void {
    const { status, retryAfter } = error instanceof WorkerError ? error : { status: null, retryAfter: null };
    if (status !== null && status !== 429 && status >= 400 && status < 500) return;
    this.#waiting = [...batch, ...this.#waiting].slice(-MOST);
    if (retryAfter !== null) this.#notBefore = Date.now() + retryAfter * 1_000;
  }
}

/** As the worker reads it. */
function written({ storedKind, fileId, fileUniqueId, ...report }: IdReport) {
  return { ...report, stored_kind: storedKind, file_id: fileId, file_unique_id: fileUniqueId };
}
