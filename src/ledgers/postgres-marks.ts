import type { LedgerMarks } from "./marks.ts";
import { newOwner } from "./owner.ts";
import { openWriting, postgresUrlOf } from "./postgres/open.ts";
import { forget } from "./sql/forget.ts";
import { markDead } from "./sql/reported.ts";

/** Opens the database at a URL for marks, beside whoever writes to it. Throws LedgerError. */
export async function openPostgresMarks(text: string): Promise<LedgerMarks> {
  const { database } = await openWriting(postgresUrlOf(text), () => {}, process.env);
  const store = { place: database.place, now: Date.now, owner: newOwner() };
  return {
    markDead: (id) => database.write(() => markDead(store, id)),
    forget: (gone) => database.write(() => forget(store, gone)),
    close: () => database.close(),
  };
}
