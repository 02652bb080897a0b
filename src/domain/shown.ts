import type { MediaKind } from "./media.ts";

/** What people see of a medium besides itself, for as long as its file_id lives. */
export interface Shown {
  readonly filename?: string | undefined;
  readonly title?: string | undefined;
  readonly performer?: string | undefined;
}

/** The part of it that is shown for a kind: photos and voice messages have no name, only audio has a title. */
export function shownOf(kind: MediaKind, { filename, title, performer }: Shown): Shown {
  if (kind === "photo" || kind === "voice") return {};
  return kind === "audio" ? { filename, title, performer } : { filename };
}

/**
 * Returns what an id shows otherwise than is wanted, of what is wanted at all; null where nothing. A name that only got an
 * extension is the same.
 */
export function shownOtherwise(wanted: Shown, has: Shown): Shown | null {
  const other: { filename?: string; title?: string; performer?: string } = {};
  const { filename = "", title = "", performer = "" } = has;
  if (
    wanted.filename &&
    filename &&
    filename !== wanted.filename &&
    !filename.startsWith(`${wanted.filename}.`)
  )
    other.filename = filename;
  if (wanted.title && title !== wanted.title) other.title = title;
  if (wanted.performer && performer !== wanted.performer) other.performer = performer;
  return Object.keys(other).length > 0 ? other : null;
}
