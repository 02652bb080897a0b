import type { LostCall } from "../ledgers/look-port.ts";
import type { StoredId } from "../ledgers/port.ts";
import type { LookVerdict } from "../looks/port.ts";
import { classifyStored } from "./stored-kind.ts";

/** A message of several media that was lost. */
interface LostMessage {
  /** Media of it that are in doubt. */
  left: number;
  /** An id by which it is known; null until one was found. */
  stored: StoredId | null;
}

/** Removes messages of several media that were lost (`--delete-after`), each once none of its media needs it any more. */
export class PackMessages {
  readonly #remove: ((bot: string, stored: StoredId) => Promise<void>) | null;
  readonly #messages = new Map<string, LostMessage>();

  /** `remove` is null where messages stay. */
  constructor(remove: ((bot: string, stored: StoredId) => Promise<void>) | null) {
    this.#remove = remove;
  }

  /** A call that is to be looked for. */
  note(call: LostCall): void {
    if (call.pack && !this.#messages.has(nameOf(call)))
      this.#messages.set(nameOf(call), { left: call.pack.lost, stored: null });
  }

  /** What was found out of a call. */
  async decided(call: LostCall, verdict: LookVerdict): Promise<void> {
    const message = this.#messages.get(nameOf(call));
    if (!message || verdict.is === "open" || verdict.is === "later") return;
    message.left -= 1;
    if (verdict.is === "found") message.stored = classifyStored(call.kind, verdict.media, call.key).stored;
    if (message.left === 0 && message.stored) await this.#remove?.(call.bot, message.stored);
  }
}

function nameOf({ bot, chatId, pack }: LostCall): string {
  return `${bot}|${chatId}|${pack?.id}`;
}
