// @ts-check
import { h } from "../../pages/dom.js";
import { count } from "./text.js";

/** Buttons that have rows of the ledger tried again, and what is said of them. */

/** @typedef {{ keys: readonly string[] } | { status: "failed" | "unknown" }} Request */
/**
 * A button that asks the worker to try again; whoever draws the page listens to it.
 * @param {string} label
 * @param {Request} request
 * @param {boolean} mayDouble
 */
export function tryAgain(label, request, mayDouble) {
  const attributes = { class: "small try", type: "button", "data-again": JSON.stringify(request) };
  return h("button", mayDouble ? { ...attributes, "data-twice": "" } : attributes, label);
}

/**
 * What the ledger holds that is not tried again by itself, each kind with its button.
 * @param {{ failed: number, unknown: number }} bad
 * @returns {import("../../pages/dom.js").Child}
 */
export function again({ failed, unknown }) {
  if (failed + unknown === 0) return null;
  return [
    h("span", { class: "muted small" }, `In the ledger: ${count(unknown)} unknown, ${count(failed)} failed`),
    unknown > 0 && tryAgain(`Try ${count(unknown)} unknown again`, { status: "unknown" }, true),
    failed > 0 && tryAgain(`Try ${count(failed)} failed again`, { status: "failed" }, false),
  ];
}

/** Asked before anything is sent that may be there already. */
export const TWICE =
  "Their messages are looked for first. What is not there, or cannot be looked for, is sent again; a message that cannot be looked for may then be there twice, which does no harm. Try again?";
