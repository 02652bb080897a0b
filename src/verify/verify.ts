import pLimit from "p-limit";
import type { CheckedStatus } from "../domain/checked-id.ts";
import type { Emitter } from "../domain/events.ts";
import { type Failure, failure } from "../domain/failure.ts";
import { compareKeys } from "../domain/key-order.ts";
import type { LedgerMarks } from "../ledgers/marks.ts";
import { isSameObject, type LedgerClaim } from "./claim.ts";
import type { ClaimPage } from "./claims.ts";
import type { FileAnswer, Files } from "./files.ts";
import type { ObjectCheck, ObjectState } from "./objects.ts";

export interface VerifierOptions {
  readonly events: Emitter;
  /** Null where the bucket is not asked. */
  readonly objects: ObjectCheck | null;
  /** Null where Telegram is not asked. */
  readonly files: Files | null;
  /** Where what is not true is put right; null where it is only told. */
  readonly ledger: LedgerMarks | null;
  /** Whether this one is to be checked; asked once for each, in their order. */
  readonly takes: (claim: LedgerClaim) => boolean;
  /** Questions to Telegram under way at once. */
  readonly atOnce: number;
  readonly draining: AbortSignal;
}

interface Judged {
  readonly status: CheckedStatus;
  readonly failure: Failure | null;
}

const OK: Judged = { status: "ok", failure: null };

/**
 * Checks what a ledger says, first against the bucket, then what is true there against Telegram, and emits `checked` for each id.
 * A page is done before the next is begun.
 */
export class LedgerCheck {
  readonly #options: VerifierOptions;
  readonly #places: ReturnType<typeof pLimit>;
  #unfinished: string | null = null;

  constructor(options: VerifierOptions) {
    this.#options = options;
    this.#places = pLimit(options.atOnce);
  }

  /** The first key that was not done because the work had to end; null where all were. */
  get unfinished(): string | null {
    return this.#unfinished;
  }

  /** Throws SourceFailed and LedgerError. */
  async run(pages: AsyncIterable<ClaimPage>): Promise<void> {
    const { objects, takes, draining } = this.#options;
    try {
      for await (const page of pages) {
        if (draining.aborted) return this.#leave(page.claims);
        const claims = page.claims.filter(takes);
        const states = await objects?.of(claims);
        await Promise.all(claims.map((claim) => this.#places(() => this.#check(claim, states))));
        if (this.#unfinished !== null) return;
      }
    } finally {
      await objects?.close();
    }
  }

  async #check(claim: LedgerClaim, states: ReadonlyMap<string, ObjectState> | undefined): Promise<void> {
    const { files, draining } = this.#options;
    const there = states ? ofObject(claim, states.get(claim.key)) : OK;
    if (there.status === "unchecked" && draining.aborted) return this.#leave([claim]);
    if (there.status !== "ok" || files === null) return this.#settle(claim, there);
    const said = await files.of(claim.bot, claim.fileId);
    if (said === null) return this.#leave([claim]);
    await this.#settle(claim, ofFile(said));
  }

  async #settle(claim: LedgerClaim, { status, failure: why }: Judged): Promise<void> {
    const { content: _content, etag: _etag, ...id } = claim;
    const fixed = await this.#fix(claim, status);
    this.#options.events.emit("checked", { ...id, status, failure: why, fixed });
  }

  /** An object that changed needs no mark: every run finds it by its ETag, and its old id serves until then. */
  async #fix({ bot, key, fileId, content }: LedgerClaim, status: CheckedStatus): Promise<boolean> {
    const { ledger } = this.#options;
    if (ledger === null || (status !== "dead" && status !== "deleted")) return false;
    if (status === "dead") await ledger.markDead({ bot, key, fileId });
    else await ledger.forget({ key, content });
    return true;
  }

  #leave(claims: readonly LedgerClaim[]): void {
    for (const { key } of claims)
      if (this.#unfinished === null || compareKeys(key, this.#unfinished) < 0) this.#unfinished = key;
  }
}

function ofObject(claim: LedgerClaim, state: ObjectState | undefined): Judged {
  if (state === undefined) return OK;
  if (state.is === "gone") return { status: "deleted", failure: state.failure };
  if (state.is === "unclear") return { status: "unchecked", failure: state.failure };
  if (isSameObject(claim, state.object)) return OK;
  return { status: "changed", failure: failure("object_changed", changeText(claim, state.object)) };
}

function changeText(
  { key, etag, bytes }: LedgerClaim,
  now: { etag: string; bytes: number | undefined },
): string {
  const [before, after] = [etag, now.etag].map((each) => (each ? `ETag ${each}` : ""));
  const words = (parts: readonly string[]) => parts.filter((part) => part !== "").join(", ");
  const size = (of: number | null | undefined) => (of == null ? "" : `${of} bytes`);
  return `${key} was ${words([before ?? "", size(bytes)])} when it was sent, and is ${words([after ?? "", size(now.bytes)])}`;
}

function ofFile(said: FileAnswer): Judged {
  if (said.is === "alive") return OK;
  return { status: said.is === "dead" ? "dead" : "unchecked", failure: said.failure };
}
