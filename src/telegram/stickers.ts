import { InputFile } from "node-telegram-bot-api";
import { failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { isId, isRecord } from "./answer.ts";
import { Caller, type CallerOptions } from "./call.ts";
import { apart } from "./send.ts";

/** Uploads a picture of this user as the file of a sticker, which posts nothing; returns its file_id (core.telegram.org/bots/api#uploadstickerfile). */
export type StickerUpload = (user: string, png: Uint8Array) => Promise<Result<string>>;

/** Returns what uploads stickers for a bot. */
export function openStickers(options: CallerOptions): StickerUpload {
  const caller = new Caller(options);
  return async (user, png) => {
    const sticker = new InputFile(png, { filename: "probe.png", contentType: "image/png" });
    const { texts, files } = apart({ user_id: user, sticker_format: "static", sticker });
    const { result } = await caller.call((api) => api.uploadStickerFile(texts as never), { files });
    if (!result.ok) return result;
    const file: unknown = result.value;
    if (isRecord(file) && isId(file.file_id)) return ok(file.file_id);
    return failed(failure("bad_answer", `${caller.host} said ok, but its answer holds no file_id`));
  };
}
