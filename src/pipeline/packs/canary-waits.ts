import type { MediaKind } from "../../domain/media.ts";
import type { CalledLane } from "../../lanes/port.ts";
import { laneKey } from "./quota-watch.ts";

/** Canaries that met a wait, until the next single send on their lane: that says whether the chat waits, or packs alone do. */
export class CanaryWaits {
  readonly #kinds = new Map<string, ReadonlySet<MediaKind>>();

  add({ bot, chat }: CalledLane, kinds: ReadonlySet<MediaKind>): void {
    const name = laneKey(bot.slug, chat);
    this.#kinds.set(name, new Set([...(this.#kinds.get(name) ?? []), ...kinds]));
  }

  /** The kinds of which canaries wait for a single send on this lane, which has been made. */
  take({ bot, chat }: CalledLane): MediaKind[] {
    const name = laneKey(bot.slug, chat);
    const kinds = [...(this.#kinds.get(name) ?? [])];
    this.#kinds.delete(name);
    return kinds;
  }
}
