import { provisionalId } from "../../src/domain/content.ts";
import type { Entry } from "../../src/domain/entry.ts";
import type { KnownEntry, Task } from "../../src/domain/task.ts";

/** A task for `key`; everything else may be given, entry fields included. */
export function task(key: string, more: Partial<Task> & { of?: Partial<Entry> } = {}): Task {
  const { of, ...fields } = more;
  const entry: KnownEntry = { ...of, key, bytes: of?.bytes ?? 1000, etag: of?.etag ?? `etag-${key}` };
  const made: Task = {
    entry,
    bot: "default",
    kind: "photo",
    content: provisionalId(entry),
    replace: false,
    queuedAt: 0,
    tries: 0,
    calls: 0,
    notBefore: 0,
  };
  return { ...made, ...fields };
}
