// @ts-check
import { byId, div, h } from "../../pages/dom.js";

/** @typedef {Awaited<ReturnType<typeof import("../status.ts").statusOf>>} Status */

/**
 * What each part of the page shows, by the id of its element.
 * @type {Map<string, string>}
 */
const drawn = new Map();

/**
 * Draws a part anew only when what it shows has changed, so that a selection in it survives.
 * @template Shown
 * @param {string} id
 * @param {Shown} shown
 * @param {(shown: Shown) => import("../../pages/dom.js").Child} make
 */
export function draw(id, shown, make) {
  const now = JSON.stringify(shown);
  if (drawn.get(id) === now) return;
  drawn.set(id, now);
  byId(id).replaceChildren(...h("div", null, make(shown)).childNodes);
}

/**
 * Empties a part, which is drawn again whatever it shows next.
 * @param {string} id
 */
export function clear(id) {
  drawn.delete(id);
  byId(id).replaceChildren();
}

/**
 * The way out of a failure; backticks mark what is to be typed.
 * @param {string} text
 */
export function next(text) {
  return div(
    "next",
    text.split("`").map((part, index) => (index % 2 === 1 ? h("code", null, part) : part)),
  );
}
