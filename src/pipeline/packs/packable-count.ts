import type { PackableWork } from "../../domain/work-forecast.ts";
import type { PackCandidate } from "./fit.ts";

/** Counts media that may go several in one message, by kind, for a forecast. */
export class PackableCount {
  readonly #kinds = new Map<PackableWork["kind"], PackableWork>();

  add({ kind, transfer, bytes }: PackCandidate): void {
    const { objects = 0, urls = 0, uploadBytes = 0 } = this.#kinds.get(kind) ?? {};
    const isUrl = transfer === "url";
    this.#kinds.set(kind, {
      kind,
      objects: objects + 1,
      urls: urls + (isUrl ? 1 : 0),
      uploadBytes: uploadBytes + (isUrl ? 0 : bytes),
    });
  }

  get all(): readonly PackableWork[] {
    return [...this.#kinds.values()];
  }
}
