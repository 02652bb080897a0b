import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLine } from "../../src/exchange/read.ts";
import type { ImportingLedger, ImportLine } from "../../src/ledgers/importing.ts";
import { holds } from "../helpers/holds.ts";

/** A ledger that takes lines in, gone when the test is over, and how others read it. */
export interface TestedImport {
  readonly ledger: ImportingLedger;
  rows(sql: string): Promise<readonly unknown[]>;
}

const NOW = "2026-02-01 10:00:00";
const OWNER = { bot_id: "7000001" };
const ETAG = "0123456789abcdef0123456789abcde";

/** What lines say: few keys, contents, bots and kinds, so that they meet. */
const SAID = fc.record({
  key: fc.constantFrom("a", "b", "c", null),
  bot: fc.constantFrom("x", "y", null),
  kind: fc.constantFrom("photo", "video"),
  content: fc.constantFrom(0, 1, null),
  etag: fc.constantFrom(`${ETAG}0`, `${ETAG}1`, "marks-2", null),
  id: fc.constantFrom("id-1", "id-2", null),
  status: fc.constantFrom("ready", "error", "warming"),
  dead: fc.boolean(),
});
type Said = typeof SAID extends fc.Arbitrary<infer Value> ? Value : never;

/** A line of the nth draw, in which nothing is of another draw. */
function lineOf(nth: number, { key, bot, kind, content, etag, id, status, dead }: Said): ImportLine | null {
  const of = (name: unknown) => createHash("sha256").update(`${nth} ${name}`).digest("hex");
  const line = readLine(
    {
      where: "ids.jsonl:1",
      value: {
        ...OWNER,
        key: key && `${nth}/${key}`,
        bot,
        kind,
        sha256: content === null ? null : of(content),
        etag: etag?.startsWith(ETAG) ? of(etag).slice(32) : etag,
        bytes: etag === null ? null : 10,
        file_id: bot === null ? null : id,
        status: status === "ready" && id === null ? "error" : status,
        dead_at: dead ? NOW : null,
        object_kind: kind,
      },
    },
    { isCsv: false, now: NOW },
  );
  return "row" in line ? line : null;
}

const PORTIONS = fc.array(fc.tuple(fc.array(SAID, { maxLength: 12 }), fc.boolean()), {
  minLength: 1,
  maxLength: 3,
});
const ENDS = ["added", "replaced", "same", "kept"] as const;

/** Takes lines in, each in a transaction of its own. */
async function oneByOne(ledger: ImportingLedger, lines: readonly ImportLine[], force: boolean) {
  const counts = { added: 0, replaced: 0, same: 0, kept: 0 };
  for (const line of lines) {
    const taken = await ledger.take([line], force);
    if ("reason" in taken) throw new Error(taken.message);
    for (const end of ENDS) counts[end] += taken[end];
  }
  return counts;
}

/** What has to hold of a ledger that takes lines in. */
export function importConformance(name: string, open: () => Promise<TestedImport>): void {
  describe(`taking lines into ${name}`, () => {
    it("at once comes to what taking them in one by one does, whatever they say of each other", async () => {
      const [first, second] = [await open(), await open()];
      let nth = 0;
      await holds(PORTIONS, async (portions) => {
        nth += 1;
        for (const [said, force] of portions) {
          const lines = said.flatMap((each) => lineOf(nth, each) ?? []);
          expect(await first.ledger.take(lines, force)).toEqual(await oneByOne(second.ledger, lines, force));
        }
        for (const sql of tablesOf(nth)) expect(await first.rows(sql)).toEqual(await second.rows(sql));
      });
    });
  });
}

function tablesOf(nth: number): string[] {
  const keys = `select r2_key from media_store where r2_key like '${nth}/%'`;
  return [
    `select r2_key, sha256, kind, r2_etag, bytes from media_store where r2_key like '${nth}/%' order by r2_key`,
    "select bot_slug, sha256, kind, status, tg_file_id, dead_at is null as works from media_cache order by id desc limit 50",
    `select provisional, sha256 from prewarm_aliases where sha256 in (select sha256 from media_store where r2_key in (${keys})) order by provisional`,
  ];
}
