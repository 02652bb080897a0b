/** Elements made of text alone (nothing is ever parsed as HTML), and numbers as people read them. */
export const SCRIPT_BASICS = `
const byId = (id) => document.getElementById(id);

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties || {})) if (value != null) node.setAttribute(name, value);
  for (const child of children.flat()) if (child != null && child !== false) node.append(child);
  return node;
}
/** An element: its attributes, then texts and elements inside. Texts become text nodes. */
const h = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);
const svg = (tag, properties, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);

const drawn = new Map();
/** Draws a part anew only when what it shows has changed, so that a selection in it survives. */
function draw(id, shown, make) {
  const now = JSON.stringify(shown);
  if (drawn.get(id) === now) return;
  drawn.set(id, now);
  byId(id).replaceChildren(...[make(shown)].flat().filter((each) => each != null));
}

const count = (value) => Math.round(value).toLocaleString("en-US");
const short = (value) => (value >= 100 ? count(value) : value.toFixed(1));
const percent = (share) => (share >= 1 ? "100" : (Math.floor(share * 1000) / 10).toFixed(1));
function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let value = bytes;
  for (; value >= 999.5 && unit < 4; unit++) value /= 1000;
  return [value.toFixed(unit === 0 || value >= 99.95 ? 0 : 1), units[unit]];
}
const sized = (bytes) => size(bytes).join(" ");
/** Milliseconds of work as a number and its unit. */
const took = (ms) => (ms < 1000 ? [String(Math.round(ms)), "ms"] : [(ms / 1000).toFixed(ms < 99950 ? 1 : 0), "s"]);
function lasted(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return days + "d " + hours + "h";
  if (hours > 0) return hours + "h " + minutes + "m";
  return minutes > 0 ? minutes + "m " + (seconds % 60) + "s" : seconds + " s";
}
const two = (value) => String(value).padStart(2, "0");
const hour = (at) => { const date = new Date(at); return two(date.getHours()) + ":" + two(date.getMinutes()); };
/** The time of day; with the date where it was not today. */
function time(at) {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  const day = today ? "" : date.getFullYear() + "-" + two(date.getMonth() + 1) + "-" + two(date.getDate()) + " ";
  return day + hour(at) + ":" + two(date.getSeconds());
}
/** A sentence in which backticks mark what is to be typed. */
const sentence = (text) =>
  text.split(String.fromCharCode(96)).map((part, index) => (index % 2 ? h("code", null, part) : part));
const next = (text) => h("div", { class: "next" }, sentence(text));
const plural = (value, one, many) => count(value) + " " + (value === 1 ? one : many);
`;
