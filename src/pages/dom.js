// @ts-check

/** @typedef {Node | string | null | undefined | false | readonly Child[]} Child */

/**
 * The element with this id, which the page has.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`the page has no element ${id}`);
  return node;
}

/**
 * An element: its attributes, then texts and elements inside. A text becomes a text node, so nothing is ever parsed as HTML.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Readonly<Record<string, string | number | null>> | null} attributes
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {}))
    if (value !== null) node.setAttribute(name, String(value));
  append(node, children);
  return node;
}

/**
 * A div of a class, with what is inside.
 * @param {string} look
 * @param {...Child} children
 */
export function div(look, ...children) {
  return h("div", { class: look }, children);
}

/**
 * A span of a class, with what is inside.
 * @param {string} look
 * @param {...Child} children
 */
export function span(look, ...children) {
  return h("span", { class: look }, children);
}

/**
 * @param {Element} node
 * @param {readonly Child[]} children
 */
function append(node, children) {
  for (const child of children) {
    if (child instanceof Node || typeof child === "string") node.append(child);
    else if (child) append(node, child);
  }
}
