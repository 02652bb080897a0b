import type { Operation } from "./operation.ts";

/** One request as the server saw it. */
export interface SeenRequest {
  /** Counts from 1 over the life of the server. */
  readonly ordinal: number;
  /** Unix milliseconds of its arrival. */
  readonly time: number;
  readonly method: string;
  readonly operation: Operation;
  readonly bucket: string | null;
  readonly key: string | null;
  /** 0 until it is answered, and if a fault leaves it without an answer. */
  status: number;
}

/** The last requests, in a ring of bounded size. */
export class RequestLog {
  readonly #ring: SeenRequest[] = [];
  readonly #capacity: number;
  #count = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Adds a request; set its status on the returned object. */
  add(request: Omit<SeenRequest, "ordinal" | "status">): SeenRequest {
    const seen: SeenRequest = { ordinal: this.#count + 1, status: 0, ...request };
    this.#ring[this.#count % this.#capacity] = seen;
    this.#count++;
    return seen;
  }

  /** Returns the requests still in the ring, oldest first. */
  list(): SeenRequest[] {
    const split = this.#count > this.#capacity ? this.#count % this.#capacity : 0;
    return [...this.#ring.slice(split), ...this.#ring.slice(0, split)];
  }
}
