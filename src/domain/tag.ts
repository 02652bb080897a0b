const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const LENGTH = 10;

/**
 * Returns the tag of a warmup message: letters alone, by which the message can be found in its chat when its answer was lost,
 * and which say nothing about the object. Every kind that is warmed takes a caption (core.telegram.org/bots/api). `random`
 * returns 0 (in) to 1 (out).
 */
export function newTag(random: () => number): string {
  let tag = "";
  while (tag.length < LENGTH) tag += LETTERS.charAt(Math.floor(random() * LETTERS.length));
  return tag;
}
