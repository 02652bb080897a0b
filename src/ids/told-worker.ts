import type { WorkerAddress } from "./open.ts";
import type { IdReport, Ids } from "./port.ts";

/** A worker that is told what bots report, loaded with the first report. */
export class ToldWorker {
  readonly #open: () => Promise<Ids>;
  #opening: Promise<Ids> | null = null;

  constructor({ url, token }: WorkerAddress, onTrouble: (text: string) => void) {
    this.#open = async () => (await import("./http.ts")).openHttpIds(url, { token, onTrouble });
  }

  async report(report: IdReport): Promise<void> {
    this.#opening ??= this.#open();
    await (await this.#opening).report(report);
  }

  async close(): Promise<void> {
    await (await this.#opening)?.close();
  }
}
