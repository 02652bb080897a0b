/** A page is handed on before it is full once its first item is this old (a manifest typed by hand). */
const IDLE_MS = 50;

/**
 * Groups what a source yields, so that the ledger is asked by page; what a slow source has yielded does not wait. Reads
 * only while somebody waits for a page. What a source yielded before it failed comes before its error.
 */
export async function* pagesOf<T>(source: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  const reader = new PageReader(source[Symbol.asyncIterator](), size);
  try {
    for (let page = await reader.page(); page.length > 0; page = await reader.page()) yield page;
  } finally {
    await reader.close();
  }
}

/**
 * Costs one `next()` an item and one timer a page: a race for each item would cost more than all that a plan does with one.
 * Idle -> page() -> reading -> (full, used up, failed, or the timer with items at hand) -> idle, where an item that is still
 * being waited for belongs to the next page.
 */
class PageReader<T> {
  readonly #iterator: AsyncIterator<T>;
  readonly #size: number;
  #items: T[] = [];
  #isWanted = false;
  #isReading = false;
  #end: { readonly error?: unknown } | null = null;
  #wake: () => void = () => {};

  constructor(iterator: AsyncIterator<T>, size: number) {
    this.#iterator = iterator;
    this.#size = size;
  }

  /** The next page; empty at the end. Throws what the source threw, once all before it was handed on. */
  async page(): Promise<T[]> {
    this.#isWanted = true;
    if (!this.#isReading && this.#end === null) void this.#read();
    if (this.#isReading) await this.#readOrIdle();
    this.#isWanted = false;
    const page = this.#items;
    this.#items = [];
    if (page.length === 0 && this.#end && "error" in this.#end) throw this.#end.error;
    return page;
  }

  /** A source that is still being waited for (a terminal, a slow pipe) is left to itself. */
  async close(): Promise<void> {
    this.#isWanted = false;
    const closed = this.#iterator.return?.();
    if (this.#isReading) closed?.catch(() => {});
    else await closed;
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#isWanted && this.#items.length < this.#size) {
        const next = await this.#iterator.next();
        if (next.done) {
          this.#end = {};
          break;
        }
        if (this.#items.push(next.value) === 1) this.#onFirst();
      }
    } catch (error) {
      this.#end = { error };
    }
    this.#isReading = false;
    this.#wake();
  }

  #onFirst: () => void = () => {};

  /** Resolves when reading has ended, or the first item of this page is old enough. */
  #readOrIdle(): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      this.#wake = () => {
        clearTimeout(timer);
        this.#onFirst = () => {};
        resolve();
      };
      this.#onFirst = () => {
        timer = setTimeout(() => this.#wake(), IDLE_MS);
      };
      if (this.#items.length > 0) this.#onFirst();
    });
  }
}
