/** Asks for the status every two seconds while the page is seen, and passes the buttons on. */
export const SCRIPT_LIVE = `
const API = "/api/admin/media/prewarm/";
const EVERY_MS = 2000;
const TOKEN = "prewarm-token";
let last = null;
let timer = 0;
let lostSince = 0;

function ask(path, body) {
  const token = sessionStorage.getItem(TOKEN);
  // Headers carry bytes: letters beyond Latin-1 go as their UTF-8.
  const bytes = token && String.fromCharCode(...new TextEncoder().encode(token));
  return fetch(API + path, {
    method: body ? "POST" : "GET",
    cache: "no-store",
    signal: AbortSignal.timeout(10000),
    headers: { ...(token ? { authorization: "Bearer " + bytes } : {}), ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
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
    show(status);
  } catch (error) {
    lose(error);
  }
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(refresh, EVERY_MS);
}

/** What comes with a moment from which it holds keeps that moment, so that counting down needs no answer. */
function show(s) {
  last = s;
  const offset = Date.now() - s.now;
  byId("login").hidden = true;
  byId("main").hidden = false;
  byId("main").classList.remove("stale");
  byId("lost").replaceChildren();
  const [tone, word] = STATES[s.state];
  draw("state", [tone, word], () => h("span", { class: "pill " + tone }, word));
  draw("about", ["v" + s.version, "up " + lasted(s.uptime_ms)], (texts) => texts.join(", "));
  const button = byId("control");
  button.hidden = s.state === "stopping";
  button.textContent = s.worker_running ? "Stop" : "Start";
  button.className = s.worker_running ? "" : "primary";
  document.title = word + " - prewarm";
  draw("notices", { state: s.state, troubles: s.troubles, scale: s.scale, active: s.active }, notices);
  draw("tiles", s, tiles);
  drawCharts(s.minutes);
  const until = (lane) => (lane.frozen_ms > 0 ? Math.round((s.now + offset + lane.frozen_ms / s.scale) / 1000) * 1000 : 0);
  draw("lanes", s.lanes.map((lane) => ({ ...lane, frozen_ms: 0, until: until(lane) })), lanes);
  const open = s.lanes.filter((lane) => !lane.closed);
  byId("lanes-sum").textContent = s.lanes.length ? open.length + " open, " + short(open.reduce((sum, lane) => sum + lane.per_minute, 0)) + "/min together" : "";
  drawFailures(s.failures);
  byId("failures-sum").textContent = count(s.counts.failed) + " failed, " + count(s.counts.unknown) + " unknown since start";
  draw("cache", s.cache, cache);
  draw("passes", { ended: s.passes.slice(0, 5), reading: s.reading }, passes);
  byId("floods").textContent = plural(s.flood_waits, "flood wait", "flood waits") + ", " + plural(s.retries, "retry", "retries") + " since start";
  byId("forget").hidden = !sessionStorage.getItem(TOKEN);
  byId("updated").textContent = "Updated " + time(Date.now());
}

function lose(error) {
  lostSince = lostSince || Date.now();
  const text = error instanceof TypeError || error.name === "TimeoutError" ? "it does not answer" : error.message;
  byId("main").classList.add("stale");
  draw("state", ["bad", "Unreachable"], () => h("span", { class: "pill bad" }, "Unreachable"));
  document.title = "Unreachable - prewarm";
  byId("control").hidden = true;
  byId("lost").replaceChildren(h("div", { class: "notice bad" },
    h("strong", null, "The worker cannot be reached"), " since " + time(lostSince) + ": " + text + ". Trying again every 2 s.",
    next("see whether the process runs and what its log says last")));
}

function login() {
  const wrong = sessionStorage.getItem(TOKEN) !== null;
  sessionStorage.removeItem(TOKEN);
  byId("login-wrong").hidden = !wrong;
  byId("main").hidden = true;
  byId("control").hidden = true;
  byId("state").replaceChildren();
  byId("lost").replaceChildren();
  drawn.delete("state");
  byId("login").hidden = false;
  byId("token").focus();
}

byId("login").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, byId("token").value.trim());
  byId("token").value = "";
  refresh();
});
byId("forget").addEventListener("click", () => { sessionStorage.removeItem(TOKEN); location.reload(); });
byId("control").addEventListener("click", async () => {
  const button = byId("control");
  button.disabled = true;
  try {
    await ask("control", { action: last.worker_running ? "stop" : "start" });
    await refresh();
  } catch (error) {
    lose(error);
  }
  button.disabled = false;
});
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : refresh()));
document.addEventListener("pointerdown", (event) => {
  if (pointed.chart === null || event.target.closest(".chart")) return;
  pointed.chart = null;
  drawCharts(last.minutes);
});
new ResizeObserver(() => last && drawCharts(last.minutes)).observe(byId("main"));
setInterval(() => {
  for (const node of document.querySelectorAll("[data-until]")) node.textContent = left(Number(node.dataset.until));
}, 1000);
refresh();
`;
