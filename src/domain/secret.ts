const HIDDEN = "***";

/** A value that prints as `***` in text, JSON and logs; only `reveal` returns it. */
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

/** The whole query of a presigned URL is secret. */
const SIGNED_QUERY = /\?[^\s"'<>]*X-Amz-[^\s"'<>]*/gi;
/** What remains of one when a server shortened it or percent-encoded it. */
const SIGNED_REST = /(?:[?&]|%3F|%26)?X-Amz-[\w-]+(?:=|%3D)[^\s"'<>&]*/gi;

/** Returns a function that removes these secrets, in whatever form others quote them, and the queries of presigned URLs from a text. */
export function redactor(secrets: readonly Secret[]): (text: string) => string {
  const values = secrets
    .map((secret) => secret.reveal())
    .filter((value) => value !== "")
    .flatMap(formsOf)
    // The longest first: a secret that is part of a longer one must not leave the rest of it behind.
    .sort((a, b) => b.length - a.length);
  return (text) =>
    values.reduce(
      (clean, value) => clean.replaceAll(value, HIDDEN),
      text.replace(SIGNED_QUERY, `?${HIDDEN}`).replace(SIGNED_REST, HIDDEN),
    );
}

/** A bot's token begins with the number of the bot, which is no secret, and may come without it. */
const HALF_TOKEN = /^\d+:([\w-]{20,})$/;

/** A secret as servers and proxies quote it: in a URL, in JSON, in HTML, in a header; of a token also its second half alone. */
function formsOf(secret: string): string[] {
  const inUrl = encodeURIComponent(secret);
  const half = HALF_TOKEN.exec(secret)?.[1];
  return [
    ...new Set([
      secret,
      inUrl,
      inUrl.replace(/%[\dA-F]{2}/g, (sign) => sign.toLowerCase()),
      JSON.stringify(secret).slice(1, -1),
      secret.replace(/[&<>"']/g, (sign) => HTML[sign] ?? sign),
      Buffer.from(secret).toString("base64"),
      ...(half === undefined ? [] : [half]),
    ]),
  ];
}

const HTML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
