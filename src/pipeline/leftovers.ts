import type { Planned } from "./plan.ts";

/** What macOS and Windows leave beside files: of no use to anybody who looks at media. */
const LEFTOVER = /(?:^|\/)(?:\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini|__MACOSX\/.*)$/i;

/** Counts, among what is to be warmed, what looks like leftovers of a file system. */
export class Leftovers {
  #all = 0;
  #found = 0;

  note(page: readonly Planned[]): void {
    for (const planned of page) {
      if (planned.type !== "task") continue;
      this.#all += 1;
      if (LEFTOVER.test(planned.task.entry.key)) this.#found += 1;
    }
  }

  /** A sentence for people; null where there is nothing to say. */
  get text(): string | null {
    if (this.#found === 0) return null;
    const what = `${this.#found} of ${this.#all} objects to warm look like leftovers of a file system`;
    return `${what} (._*, .DS_Store, Thumbs.db): leave them out with --exclude "._*" --exclude .DS_Store --exclude Thumbs.db --exclude desktop.ini --exclude "**/__MACOSX/**"`;
  }
}
