import type { LostCall } from "../ledgers/look-port.ts";
import type { Bot } from "../telegram/port.ts";
import { ChatLooks } from "./chat-looks.ts";
import { knownOf } from "./known.ts";
import type { KnownPostsOptions } from "./known-posts.ts";
import { clearLeft } from "./leftovers.ts";
import { clearLostCanaries, type LostCanariesOptions } from "./lost-canaries.ts";
import type { LookBoard, LookVerdict } from "./port.ts";
import type { SightsOptions } from "./sights.ts";
import type { LookPatience } from "./when.ts";

export interface LooksOptions extends SightsOptions, KnownPostsOptions, LostCanariesOptions {
  readonly ledger: LostCanariesOptions["ledger"];
  readonly bots: readonly Bot[];
  readonly patience: LookPatience;
}

/** Returns what asks Telegram for lost messages, each chat for itself. */
export function openLooks(options: LooksOptions): LookBoard {
  return new Looks(options);
}

type Tell = (call: LostCall, verdict: LookVerdict) => Promise<void>;

class Looks implements LookBoard {
  readonly #options: LooksOptions;
  readonly #chats = new Map<string, ChatLooks>();
  /** The last of what was asked in each chat: one thing after the other. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(options: LooksOptions) {
    this.#options = options;
  }

  async clear(): Promise<void> {
    const { bots, patience } = this.#options;
    const slugs = bots.map(({ slug }) => slug);
    await clearLeft(slugs, { ...this.#options, afterMs: patience.afterMs });
    await clearLostCanaries(slugs, this.#options);
  }

  async ask(calls: readonly LostCall[], tell: Tell): Promise<void> {
    const { bots, patience, clock } = this.#options;
    const facts = { bots: bots.map(({ slug }) => slug), patience, now: clock.wall() };
    const byChat = new Map<string, LostCall[]>();
    for (const call of calls) {
      const known = knownOf(call, facts);
      if (known) await tell(call, known);
      else byChat.set(nameOf(call), [...(byChat.get(nameOf(call)) ?? []), call]);
    }
    await Promise.all([...byChat.values()].map((each) => this.#inTurn(each, tell)));
  }

  async idle(): Promise<void> {
    await Promise.all(this.#turns.values());
  }

  async #inTurn(calls: readonly LostCall[], tell: Tell): Promise<void> {
    const [first] = calls;
    if (!first) return;
    const name = nameOf(first);
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(() =>
      this.#chatOf(first)?.ask(calls, tell),
    );
    // Who asks next does not fail for this.
    this.#turns.set(
      name,
      turn.catch(() => {}),
    );
    await turn;
  }

  #chatOf({ bot: slug, chatId }: LostCall): ChatLooks | undefined {
    const name = `${slug}|${chatId}`;
    const bot = this.#options.bots.find((each) => each.slug === slug);
    if (!this.#chats.has(name) && bot && chatId !== null)
      this.#chats.set(name, new ChatLooks({ bot: slug, chatId }, { ...this.#options, bot }));
    return this.#chats.get(name);
  }
}

function nameOf({ bot, chatId }: LostCall): string {
  return `${bot}|${chatId}`;
}
