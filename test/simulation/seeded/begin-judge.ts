import { isProvisional } from "../../../src/domain/content.ts";
import { ASKED, type AttemptRow, type Books, FORCING, type StatusRow } from "./books.ts";
import type { Wrong } from "./truth.ts";

/** Holds each attempt, when it is begun, against what the ledger knew of its content before: another key may have it. */
export class BeginJudge {
  readonly #books: Books;
  readonly #wrong: Wrong;
  /** How the ledger stood when it was looked at last. */
  #attempts: readonly AttemptRow[] = [];
  #rows: readonly StatusRow[] = [];

  constructor(books: Books, wrong: Wrong) {
    this.#books = books;
    this.#wrong = wrong;
  }

  /** After attempts or rows have changed. */
  look(): void {
    const { attempts, statuses } = this.#books;
    const last = this.#attempts.at(-1)?.id ?? 0;
    for (const each of attempts)
      if (each.id > last && each.purpose === null && isUnderWay(each)) this.#begun(each);
    this.#attempts = attempts;
    this.#rows = statuses;
  }

  #begun(call: AttemptRow): void {
    if (!this.#isHashKnown(call)) return;
    const isOf = (each: Pick<AttemptRow, "bot" | "content" | "kind">) =>
      each.bot === call.bot && each.content === call.content && each.kind === call.kind;
    const row = this.#rows.find(isOf);
    const isReady = row?.status === "ready" && !row.weak && !row.dead;
    const what = `${call.key} of ${call.bot} is sent by ${call.owner}, although its content`;
    if (this.#attempts.some((each) => isOf(each) && isUnderWay(each) && this.#isUnderWayStill(each)))
      this.#wrong(`${what} is on its way`);
    if (isReady && call.owner !== FORCING) this.#wrong(`${what} was ready`);
    if (row?.status === "unknown" && !ASKED.includes(call.owner)) this.#wrong(`${what} was in doubt`);
  }

  /** It may have ended just before the other one was begun. */
  #isUnderWayStill({ id }: AttemptRow): boolean {
    return this.#books.attempts.some((each) => each.id === id && isUnderWay(each));
  }

  /** Its ETag was known to be that of content with this hash. */
  #isHashKnown({ etag, content }: AttemptRow): boolean {
    return (
      !isProvisional(content) && this.#attempts.some((each) => each.etag === etag && each.content === content)
    );
  }
}

function isUnderWay({ state }: AttemptRow): boolean {
  return state === "sending";
}
