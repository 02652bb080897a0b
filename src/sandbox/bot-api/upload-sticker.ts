import { extensionOf } from "../../domain/media.ts";
import { telegramType } from "../../domain/telegram-types.ts";
import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import { callPause } from "./pause.ts";
import { fileOf, NO_HINTS } from "./stored-file.ts";
import { kindOfUpload } from "./stored-kind.ts";
import type { BotApiWorld, MethodCall } from "./world.ts";

/** By the extension of the name (API uploadStickerFile). */
const EXTENSIONS = ["png", "webp", "tgs", "webm"];

/** uploadStickerFile: stores a file without any message (messages.uploadMedia), and gives out its id; no chat's quota is touched. */
export async function uploadStickerFile(call: MethodCall, world: BotApiWorld): Promise<Answered<unknown>> {
  const { fields, bot } = call;
  if ((fields.number("user_id") ?? 0) === 0) return refused(badRequest("invalid user_id specified"));
  const sticker = fields.file("sticker");
  if (sticker === null) return refused(badRequest("there is no sticker in the request"));
  const { name, blob } = sticker;
  if (blob.bytes === 0) return refused(badRequest("file must be non-empty"));
  const extension = extensionOf(name);
  if (!EXTENSIONS.includes(extension)) return refused(badRequest("STICKER_INVALID_TYPE"));
  await callPause(world);
  const mime = telegramType(extension) ?? "application/octet-stream";
  const facts = await world.media.read(blob, mime);
  const kind = kindOfUpload({ asked: "document", mime, bytes: blob.bytes, facts, plain: false });
  if (!kind.ok) return kind;
  await world.contents.keep(blob);
  const file = world.files.add(fileOf({ kind: kind.value, blob, mime, name, facts, hints: NO_HINTS }), bot);
  return answered({
    file_id: world.files.ids.fileId(bot, file),
    file_unique_id: world.files.ids.uniqueId(file),
    file_size: file.bytes,
    file_path: world.files.pathOf(file),
  });
}
