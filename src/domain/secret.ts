const HIDDEN = "***";

/** A value that prints as `***` wherever it ends up by mistake; `reveal` is the only way to it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return HIDDEN;
  }
}

/** The query of a presigned URL is a secret as a whole. */
const SIGNED_QUERY = /\?[^\s"'<>]*X-Amz-[^\s"'<>]*/gi;
/** What is left of one when a server cut it, or wrote it percent-encoded. */
const SIGNED_REST = /(?:[?&]|%3F|%26)?X-Amz-[\w-]+(?:=|%3D)[^\s"'<>&]*/gi;

/** A text without these secrets, their URL-encoded forms, and without the queries of presigned URLs. */
export function redactor(secrets: readonly Secret[]): (text: string) => string {
  const values = secrets
    .map((secret) => secret.reveal())
    .filter((value) => value !== "")
    .flatMap((value) => [value, encodeURIComponent(value)])
    // A secret that is part of a longer one must not leave the rest of it.
    .sort((a, b) => b.length - a.length);
  return (text) =>
    values.reduce(
      (clean, value) => clean.replaceAll(value, HIDDEN),
      text.replace(SIGNED_QUERY, `?${HIDDEN}`).replace(SIGNED_REST, HIDDEN),
    );
}
