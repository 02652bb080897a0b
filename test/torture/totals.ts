import type { RoundSum } from "./round.ts";

/** Adds up rounds. */
export class Totals {
  readonly #faults = new Map<string, number>();
  readonly #sum = { rounds: 0, processes: 0, items: 0, posts: 0, unknowns: 0 };
  #violations = 0;

  get violations(): number {
    return this.#violations;
  }

  add({ struck, processes, items, posts, unknowns, wrongs }: RoundSum): void {
    for (const name of struck) this.#faults.set(name, (this.#faults.get(name) ?? 0) + 1);
    const sum = this.#sum;
    sum.rounds += 1;
    sum.processes += processes;
    sum.items += items;
    sum.posts += posts;
    sum.unknowns += unknowns;
    this.#violations += wrongs.length;
  }

  /** The sum so far, for people. */
  lines(): string[] {
    const { rounds, processes, items, posts, unknowns } = this.#sum;
    const faults = [...this.#faults].sort(([one], [other]) => (one < other ? -1 : 1));
    const struck = faults.reduce((sum, [, count]) => sum + count, 0);
    return [
      `${struck} faults of ${faults.length} kinds:`,
      ...faults.map(([name, count]) => `  ${String(count).padStart(5)}  ${name}`),
      `${rounds} rounds, ${processes} processes, ${items} items, ${posts} posts, ${unknowns} unknown, ${this.#violations} violations`,
    ];
  }
}
