import type { Fields } from "./fields.ts";
import type { Frame } from "./posted.ts";

/** What a message shows with nothing around its media. */
export const NO_FRAME: Frame = { caption: "", entities: null, keyboard: null };

/** Reads caption, its entities and the inline keyboard out of a call; white space around a caption is dropped, as TD does. */
export function frameGiven(fields: Fields): Frame {
  const keyboard = keyboardOf(fields);
  const entities = json(fields.get("caption_entities"));
  return {
    caption: fields.get("caption")?.trim() ?? "",
    entities: Array.isArray(entities) && entities.length > 0 ? entities : null,
    keyboard,
  };
}

/** Returns the inline keyboard of a call; null without one, and for an empty one. */
export function keyboardOf(fields: Fields): readonly unknown[] | null {
  const rows = markupOf(fields)?.inline_keyboard;
  return Array.isArray(rows) && rows.length > 0 ? rows : null;
}

/** True for a call that gives a keyboard which is not an inline one. */
export function hasOtherKeyboard(fields: Fields): boolean {
  const markup = markupOf(fields);
  return markup !== null && !("inline_keyboard" in markup);
}

/** True where nothing of it differs. */
export function sameFrame(one: Frame, other: Frame): boolean {
  return (
    JSON.stringify([one.caption, one.entities, one.keyboard]) ===
    JSON.stringify([other.caption, other.entities, other.keyboard])
  );
}

/** Returns it as members of a `Message`. */
export function frameMembers({ caption, entities, keyboard }: Frame): Record<string, unknown> {
  return {
    ...(caption === "" ? {} : { caption }),
    ...(caption === "" || entities === null ? {} : { caption_entities: entities }),
    ...(keyboard === null ? {} : { reply_markup: { inline_keyboard: keyboard } }),
  };
}

function markupOf(fields: Fields): Record<string, unknown> | null {
  const markup = json(fields.get("reply_markup"));
  return typeof markup === "object" && markup !== null ? (markup as Record<string, unknown>) : null;
}

function json(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
