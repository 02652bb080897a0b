import type { Failure } from "./failure.ts";

/**
 * Thrown by the iteration of a source when no more of it can be read: a page could not be listed, a manifest could not be
 * opened or makes no sense from its start. Ends a run, and one pass of a worker.
 */
export class SourceFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = "SourceFailed";
    this.failure = failure;
  }
}
