export interface BadValueOptions {
  /** What the value was probably meant to be, as it would be written; it holds no secret. */
  readonly right?: string | null;
}

/** A value that cannot be used; `message` says what it must be. */
export class BadValue extends Error {
  readonly right: string | null;

  constructor(mustBe: string, { right = null }: BadValueOptions = {}) {
    super(mustBe);
    this.right = right;
  }
}
