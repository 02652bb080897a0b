import { describe, expect, it } from "vitest";
import { pagesOf } from "../../src/pipeline/pages.ts";

describe("pages", () => {
  async function* slowly(items: readonly (number | "pause")[], more: { closed?: boolean } = {}) {
    try {
      for (const item of items) {
        if (item === "pause") await new Promise((resolve) => setTimeout(resolve, 120));
        else yield item;
      }
    } finally {
      more.closed = true;
    }
  }

  it("are as full as can be, and do not wait for a source that pauses", async () => {
    const pages: number[][] = [];
    for await (const page of pagesOf(slowly([1, 2, 3, 4, 5, "pause", 6, "pause"]), 3)) pages.push(page);
    expect(pages).toEqual([[1, 2, 3], [4, 5], [6]]);
  });

  it("close the source when nobody wants more, and hand on what it throws", async () => {
    const state = { closed: false };
    for await (const page of pagesOf(slowly([1, 2, 3], state), 1)) if (page[0] === 1) break;
    expect(state.closed).toBe(true);
    const broken = async () => {
      const source = slowly([1, 2]);
      source.next = () => Promise.reject(new Error("broken"));
      for await (const _ of pagesOf(source, 2)) expect.unreachable();
    };
    await expect(broken()).rejects.toThrow("broken");
  });

  it("hand on what came before an error, then the error", async () => {
    const pages: number[][] = [];
    async function* breaking() {
      yield 1;
      yield 2;
      throw new Error("broken");
    }
    const read = async () => {
      for await (const page of pagesOf(breaking(), 5)) pages.push(page);
    };
    await expect(read()).rejects.toThrow("broken");
    expect(pages).toEqual([[1, 2]]);
  });

  it("read nothing while nobody waits for a page", async () => {
    let read = 0;
    async function* counting() {
      for (;;) yield read++;
    }
    const pages = pagesOf(counting(), 3);
    await pages.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(read).toBe(3);
    await pages.return(undefined);
  });
});
