// @ts-check
import { byId } from "../../pages/dom.js";
import { TWICE } from "./again.js";
import { orderOf } from "./fleet-state.js";
import { left } from "./lists.js";
import { show, showLogin, showLost } from "./show.js";
import { saidOf } from "./text.js";

/** Asks for the status every two seconds while the page is seen, and passes the buttons on. */

const API = "/api/admin/media/prewarm/";
const EVERY_MS = 2000;
const ANSWER_MS = 10_000;
/** Under this name the token is kept, in this tab alone. */
const TOKEN = "prewarm-token";

/** @type {import("./draw.js").Status | null} */
let last = null;
let timer = 0;
let lostSince = 0;

/**
 * A request to the admin API: with a body a POST.
 * @param {string} path
 * @param {object} [body]
 */
function ask(path, body) {
  const headers = new Headers(body && { "content-type": "application/json" });
  const token = sessionStorage.getItem(TOKEN);
  // Headers carry bytes: letters beyond Latin-1 go as their UTF-8.
  if (token)
    headers.set("authorization", `Bearer ${String.fromCharCode(...new TextEncoder().encode(token))}`);
  return fetch(API + path, {
    method: body ? "POST" : "GET",
    cache: "no-store",
    signal: AbortSignal.timeout(ANSWER_MS),
    headers,
    body: body ? JSON.stringify(body) : null,
  });
}

async function refresh() {
  clearTimeout(timer);
  try {
    const answer = await ask("status");
    if (answer.status === 401) return login();
    const status = await answer.json();
    if (!status.ok) throw new Error(status.message || status.error);
    lostSince = 0;
    last = status;
    show(status);
    byId("forget").hidden = sessionStorage.getItem(TOKEN) === null;
  } catch (error) {
    lose(error);
  }
  clearTimeout(timer);
  if (!document.hidden) timer = window.setTimeout(refresh, EVERY_MS);
}

/** @param {unknown} error */
function lose(error) {
  lostSince = lostSince || Date.now();
  showLost(lostSince, error);
}

function login() {
  const wrong = sessionStorage.getItem(TOKEN) !== null;
  sessionStorage.removeItem(TOKEN);
  showLogin(wrong);
}

/** @param {HTMLButtonElement} button */
async function askAgain(button) {
  if (button.hasAttribute("data-twice") && !confirm(TWICE)) return;
  button.disabled = true;
  try {
    const answer = await ask("retry", JSON.parse(button.dataset.again ?? ""));
    if (answer.status === 401) return login();
    const said = await answer.json();
    byId("again-said").textContent = said.ok ? saidOf(said) : `Not done: ${said.message || said.error}`;
    await refresh();
  } catch (error) {
    lose(error);
  }
  button.disabled = false;
}

byId("login").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (byId("token"));
  sessionStorage.setItem(TOKEN, field.value.trim());
  field.value = "";
  refresh();
});
byId("forget").addEventListener("click", () => {
  sessionStorage.removeItem(TOKEN);
  location.reload();
});
byId("control").addEventListener("click", async () => {
  const button = /** @type {HTMLButtonElement} */ (byId("control"));
  button.disabled = true;
  try {
    await ask("control", last ? orderOf(last) : { action: "stop" });
    await refresh();
  } catch (error) {
    lose(error);
  }
  button.disabled = false;
});
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-again]") : null;
  if (button instanceof HTMLButtonElement) askAgain(button);
});
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : refresh()));
setInterval(() => {
  for (const node of document.querySelectorAll("[data-until]"))
    node.textContent = left(Number(node.getAttribute("data-until")));
}, 1000);
refresh();
