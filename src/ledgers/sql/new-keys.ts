import { provisionalId, readEtag } from "../../domain/content.ts";
import { extensionOf } from "../../domain/media.ts";
import type { NotedKey } from "../port.ts";
import { resolve } from "./content.ts";
import { run, type Steps } from "./steps.ts";
import { type Store, stamp } from "./store.ts";

/** A new key; a known one keeps what it points at until a confirmation moves it. */
export const NEW_KEY = `
  insert into media_store (bot_slug, kind, r2_key, r2_etag, bytes, sha256, ext, mime, width, height, duration,
    created_at, updated_at)
  values (:bot, :kind, :key, :etag, :bytes, :content, :ext, :mime, :width, :height, :duration, :now, :now)
  on conflict (r2_key) do nothing`;

/** Writes down keys that are new. */
export function* note(store: Store, keys: readonly NotedKey[]): Steps<void> {
  const now = stamp(store.now());
  for (const { bot, kind, entry } of keys) {
    const { key, etag, bytes, sha256, mime, width, height, duration } = entry;
    const isKnown = etag !== undefined && bytes !== undefined;
    const content = sha256 ?? (isKnown ? yield* resolve(provisionalId({ key, etag, bytes })) : null);
    const facts = { bytes: bytes ?? null, etag: isKnown ? readEtag(etag) : null, mime: mime ?? null };
    const media = { width: width ?? null, height: height ?? null, duration: duration ?? null };
    yield* run(NEW_KEY, { bot, kind, key, content, ext: extensionOf(key), ...facts, ...media, now });
  }
}
