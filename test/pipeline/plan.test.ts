import { describe, expect, it } from "vitest";
import type { Entry } from "../../src/domain/entry.ts";
import { ok } from "../../src/domain/result.ts";
import { type Planned, plan } from "../../src/pipeline/plan.ts";
import type { Source } from "../../src/sources/port.ts";
import type { Storage } from "../../src/storage/port.ts";
import { entry, NO_BUCKET, WorkerParts } from "../worker/worker-parts.ts";

const pageOf = (entries: readonly Entry[]) =>
  entries.map((each) => ({ type: "entry" as const, entry: each }));
const keysOf = (page: readonly Planned[]) =>
  page.map((planned) => (planned.type === "task" ? planned.task.entry.key : planned.item.key));

/** Plans these pages on a ledger that knows nothing; `source` tells how far it was read, and whether it was let go. */
async function planning(
  pages: readonly (readonly Entry[])[],
  more: { storage?: Storage; error?: Error } = {},
) {
  const { rules } = await WorkerParts.open(more);
  const source = { read: 0, isClosed: false };
  async function* reading(): Source {
    try {
      for (const page of pages) {
        source.read += 1;
        yield pageOf(page);
      }
      if (more.error) throw more.error;
    } finally {
      source.isClosed = true;
    }
  }
  return { source, planned: plan({ ...rules, source: reading() }) };
}

describe("plan", () => {
  it("makes of each page one, in order, and goes on after an empty one", async () => {
    const { planned } = await planning([[entry("b"), entry("a")], [], [entry("c")]]);
    const pages: unknown[] = [];
    for await (const page of planned) pages.push(keysOf(page));
    expect(pages).toEqual([["b", "a"], [], ["c"]]);
  });

  it("keeps the order where some objects have to be asked and others not", async () => {
    const answers: (() => void)[] = [];
    const storage: Storage = {
      ...NO_BUCKET,
      head: async (key) => {
        await new Promise<void>((resolve) => answers.push(resolve));
        return ok({ bytes: 1, etag: key, mime: "image/jpeg" });
      },
    };
    const { planned } = await planning([[{ key: "a.jpg" }, entry("b"), { key: "c.jpg" }]], { storage });
    const page = planned.next();
    while (answers.length < 2) await new Promise((resolve) => setImmediate(resolve));
    for (const answer of answers.reverse()) answer();
    expect(keysOf((await page).value ?? [])).toEqual(["a.jpg", "b", "c.jpg"]);
  });

  it("reads a page only when it is asked for one, and lets go of the source when nobody wants more", async () => {
    const { source, planned } = await planning([[entry("a")], [entry("b")], [entry("c")]]);
    expect(source.read).toBe(0);
    await planned.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.read).toBe(1);
    await planned.return(undefined);
    expect(source).toEqual({ read: 1, isClosed: true });
  });

  it("hands on what came before an error, then the error", async () => {
    const { planned } = await planning([[entry("a")]], { error: new Error("broken") });
    expect(keysOf((await planned.next()).value ?? [])).toEqual(["a"]);
    await expect(planned.next()).rejects.toThrow("broken");
  });
});
