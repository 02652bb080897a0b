import { extensionsOf } from "../../domain/media.ts";

const PHOTOS = extensionsOf("photo")
  .map((extension) => `'${extension}'`)
  .join(", ");

/**
 * SQL: the kind that row `key` of `media_store` says its object was asked for as. Where a photo of its content came back as a document,
 * for whichever bot, it says `document` of keys that were asked for as either: as a document where it was tried as one, else as
 * its extension has it.
 */
function kindOf(key: string): string {
  const cameBack = `${key}.kind = 'document' and exists (select 1 from media_cache photo where photo.sha256 = ${key}.sha256
    and photo.error_reason = 'came_back_as_document')`;
  const wasTried = `exists (select 1 from prewarm_attempts d where d.r2_key = ${key}.r2_key and d.kind = 'document'
    and d.sha256 = ${key}.sha256)`;
  return `iif(${cameBack} and ${key}.ext in (${PHOTOS}) and not ${wasTried}, 'photo', ${key}.kind)`;
}

/**
 * SQL: the object of row `key` of `media_store` was asked for as what row `alias` is, and not only another one with the same content,
 * which a photo and a document, or a PDF and an MP4, may share. What the ledger has of the key and of its attempts says so, and
 * its extension nothing beside that. A row that belongs to no key is asked for by any.
 */
export function isAskedFor(alias: string, key: string): string {
  const attempts = `select 1 from prewarm_attempts a where a.sha256 = ${alias}.sha256 and a.bot_slug = ${alias}.bot_slug
    and a.kind = ${alias}.kind`;
  const others = `select 1 from media_store other where other.sha256 = ${alias}.sha256 and other.kind = ${alias}.kind
    and other.r2_key <> ${key}.r2_key`;
  return `(${kindOf(key)} = ${alias}.kind or exists (${attempts} and a.r2_key = ${key}.r2_key)
    or not exists (${attempts}) and not exists (${others}))`;
}
