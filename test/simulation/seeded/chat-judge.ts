import type { Message } from "./messages.ts";
import type { Wrong } from "./truth.ts";
import type { World } from "./world.ts";

/** Milliseconds for which a bot may believe what it was told of its rights. */
const ASKED_MS = 30_000;

/** Holds chats against what looks may leave in them: nothing. */
export class ChatJudge {
  readonly #world: World;
  readonly #wrong: Wrong;

  constructor(world: World, wrong: Wrong) {
    this.#world = world;
    this.#wrong = wrong;
  }

  /** When nothing is going on any more: what is left of looks in chats that are still there. */
  end(): void {
    const { telegram, told } = this.#world;
    for (const message of telegram.messages.all) {
      const { chat, chatType, by, origin, button, given, isDeleted } = message;
      if (isDeleted || telegram.chats.every(({ id }) => id !== chat)) continue;
      if (button !== given && !this.#isUnawares(message))
        this.#wrong(`the button of a message of ${by ?? "somebody else"} in ${chat} is ${button}`);
      // Where nobody can tell what is a copy, people are told: outside of channels that of a stranger's message does not say of what it is one.
      const isGuarded = telegram.chats.some(({ id, wasProtected }) => id === chat && wasProtected);
      const isBlind = chatType !== "channel" || isGuarded;
      const isTold = isBlind && told.some((text) => text.includes(`may be left in ${chat},`));
      if (origin !== null && !isTold) this.#wrong(`a copy of ${by} is left in ${chat}`);
    }
  }

  /** The right to edit it was given after the bot had asked for it, a moment ago or before a wait that it was told. */
  #isUnawares({ touched, chat }: Message): boolean {
    if (!touched) return false;
    const { bot, at, toldAt } = touched;
    const { rightsGiven, wires } = this.#world;
    const isNew = rightsGiven.some((each) => each.bot === bot && each.chat === chat && each.at > toldAt);
    return (
      isNew &&
      (at - toldAt < ASKED_MS || wires.waits.some((wait) => wait.bot === bot && wait.toldAt > toldAt))
    );
  }
}
