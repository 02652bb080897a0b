import type { Failure, FailureClass } from "../domain/failure.ts";
import type { Reason } from "../domain/reasons.ts";

/** An object that could not be sent, for a reason of its own or of its bucket: no such key, too large, R2 out of reach. */
export class SendError extends Error {
  /** Stable name, explained in `docs/troubleshooting.md` under `reason-<name>`. */
  readonly reason: Reason;
  readonly class: FailureClass;

  constructor({ reason, class: cls, message }: Failure) {
    super(message);
    this.name = "SendError";
    this.reason = reason;
    this.class = cls;
  }
}

/** A call that Telegram refused, or that got no answer that is one of the Bot API; never holds the token. */
export class BotApiError extends Error {
  /** Telegram's; the HTTP status where the answer is none of the Bot API; null where none came. */
  readonly error_code: number | null;
  /** What Telegram said. */
  readonly description: string;
  /** `retry_after` in seconds, `migrate_to_chat_id`. */
  readonly parameters: Readonly<Record<string, unknown>>;

  constructor(code: number | null, description: string, parameters: Readonly<Record<string, unknown>> = {}) {
    super(code === null ? description : `${code}: ${description}`);
    this.name = "BotApiError";
    this.error_code = code;
    this.description = description;
    this.parameters = parameters;
  }
}
