import { LIMITS } from "../../domain/limits.ts";
import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import type { Fields } from "./fields.ts";
import { imageHeader } from "./image-header.ts";
import { tooBig } from "./media-source.ts";
import type { Size } from "./stored-file.ts";

const SIDE = 320;

/**
 * Returns the thumbnail uploaded with a file (`thumbnail`, formerly `thumb`): a JPEG of at most 320x320. Texts (file_ids,
 * URLs) and other pictures are ignored; one above 204,799 bytes is refused.
 */
export function uploadedThumbnail(fields: Fields): Answered<Size | null> {
  const part = fields.file("thumbnail") ?? fields.file("thumb");
  if (part === null) return answered(null);
  const { bytes, head } = part.blob;
  const most = LIMITS.upload.thumbnailBytes;
  if (bytes > most) return refused(badRequest(tooBig(bytes, "thumbnail", most)));
  const image = imageHeader(head);
  const usable = image?.format === "jpeg" && image.width <= SIDE && image.height <= SIDE;
  return answered(usable ? { width: image.width, height: image.height, bytes } : null);
}
