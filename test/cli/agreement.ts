import { expect } from "vitest";
import { type Ended, itemsOf, summaryOf } from "../helpers/child.ts";
import type { World } from "../helpers/world.ts";

const SHOWN = `select s.r2_key as key, c.kind, c.tg_file_id as file_id, c.warmup_chat_id as chat_id,
  c.warmup_message_id as message_id, s.bytes, c.sha256 as content
  from media_store s join media_cache c on c.sha256 = s.sha256 where c.status = 'ready' and c.bot_slug = 'default'`;

/** Each line that has an id, each row of the ledger and each message posted since `since` are about the same. */
export function expectAgreement(world: World, ended: Ended, since = 0): void {
  const posted = new Map(world.posts(since).map((post) => [`${post.chat_id} ${post.message_id}`, post]));
  const rows = new Map(world.rows(SHOWN).map((row) => [row.key, row]));
  const sent = itemsOf(ended).filter(({ status }) => status === "ready" || status === "weak");
  expect(sent.length).toBe(posted.size);
  for (const item of sent) {
    const post = posted.get(`${item.chat_id} ${item.message_id}`);
    const row = rows.get(item.key);
    const fields = { key: item.key, kind: item.kind, file_id: item.file_id, message_id: item.message_id };
    expect(row).toMatchObject({ ...fields, chat_id: item.chat_id, bytes: item.bytes });
    expect(post).toMatchObject({ kind: item.kind, file_id: item.file_id, bytes: item.bytes });
    expect(world.keyOf(post?.sha256 ?? null)).toBe(item.key);
    if (!String(row?.content).startsWith("etag:")) expect(row?.content).toBe(post?.sha256);
  }
}

/** The last line says what all the others say together. */
export function expectSum(ended: Ended): void {
  const items = itemsOf(ended);
  const summary = summaryOf(ended);
  const count = (status: string, left = false) =>
    items.filter((item) => item.status === status && (!left || item.left === true)).length;
  const counts = {
    ready: count("ready"),
    weak: count("weak"),
    failed: count("failed"),
    unknown: count("unknown"),
  };
  const [leftFailed, leftUnknown] = [count("failed", true), count("unknown", true)];
  const good = counts.ready + counts.weak;
  const tried = good + counts.failed + counts.unknown - leftFailed - leftUnknown;
  const bytes = items
    .filter(({ status }) => status === "ready" || status === "weak")
    .reduce((sum, item) => sum + item.bytes, 0);
  expect(summary).toMatchObject({ ...counts, bytes, total: items.length, skipped: count("skipped") });
  expect(summary).toMatchObject({
    left_failed: leftFailed,
    left_unknown: leftUnknown,
    exit_code: ended.code,
  });
  expect(summary.success_rate).toBeCloseTo(tried === 0 ? 1 : good / tried, 5);
}
