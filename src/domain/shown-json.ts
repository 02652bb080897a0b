/** Marks that turn the direction of what follows (Unicode UAX 9), with which a key can look like another. */
export const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Signs that nobody sees, by which two keys could look alike (Unicode, Default_Ignorable_Code_Point; those that join letters are part of words). */
export const UNSEEN =
  /[\u00ad\u115f\u1160\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\u{e0000}-\u{e007f}]/gu;

/** What a terminal acts on, of what JSON lets stand in a text; below U+0020 it has numbers itself. */
const C1 = /[\u007f-\u009f\u2028\u2029]/g;

/** JSON that says the same, and in which nothing moves, turns or hides what a terminal shows. */
export function shownJson(value: unknown, space?: number): string {
  const json = JSON.stringify(value, null, space);
  return [C1, DIRECTIONS, UNSEEN].reduce((text, signs) => text.replace(signs, escaped), json);
}

function escaped(sign: string): string {
  const units = Array.from({ length: sign.length }, (_, at) => sign.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
