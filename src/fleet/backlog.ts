/** Since when work of each bot has waited without a break, as one looks again and again; in milliseconds of a clock of the caller's. */
export class Backlog {
  #since: ReadonlyMap<string, number> = new Map();

  /** At `now` work of these bots waits, and of no other. */
  seen(bots: readonly string[], now: number): void {
    this.#since = new Map(bots.map((bot) => [bot, this.#since.get(bot) ?? now]));
  }

  /** How long work of each bot has waited; bots without any are left out. */
  at(now: number): ReadonlyMap<string, number> {
    return new Map([...this.#since].map(([bot, since]) => [bot, now - since]));
  }
}
