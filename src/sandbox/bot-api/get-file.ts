import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import { KEPT_BYTES } from "./spool.ts";
import type { BotApiWorld, MethodCall } from "./world.ts";

/** getFile: up to 20 MB (`20 << 20`), any size in local mode. */
export function getFile({ bot, fields }: MethodCall, world: BotApiWorld): Answered<unknown> {
  const text = fields.get("file_id") ?? "";
  const found = world.files.toGet(text, bot);
  if (!found.ok) return found;
  const { file, read } = found.value;
  const thumbnail = read.type === "thumbnail";
  const bytes = thumbnail ? (file.thumbnail?.bytes ?? 0) : (file.sizes[read.size]?.bytes ?? file.bytes);
  if (bytes > KEPT_BYTES && !world.local) return refused(badRequest("file is too big"));
  return answered({
    file_id: text,
    file_unique_id: world.files.ids.uniqueId(file, read.size, read.type),
    file_size: bytes,
    file_path: thumbnail ? `thumbnails/file_${file.number}.jpg` : world.files.pathOf(file),
  });
}
