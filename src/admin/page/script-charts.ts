/** The two plots of the last hour, drawn as SVG in the width there is. */
export const SCRIPT_CHARTS = `
const AXIS = { left: 40, right: 6, top: 8, bottom: 20 };
const pointed = { chart: null, index: -1 };

/** The next round number whose half is round too. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return [1, 2, 3, 4, 6, 8, 10].map((factor) => factor * power).find((each) => each >= value * 0.999);
}

function frame(id, minutes, top, label) {
  const box = byId(id);
  const [width, height] = [Math.max(box.clientWidth, 200), box.clientHeight || 168];
  const x = (index) => AXIS.left + (index * (width - AXIS.left - AXIS.right)) / minutes.length;
  const y = (value) => height - AXIS.bottom - (value / top) * (height - AXIS.top - AXIS.bottom);
  const root = svg("svg", { viewBox: "0 0 " + width + " " + height, role: "img", "aria-label": byId(id + "-title").textContent });
  const hit = svg("rect", { class: "hit", y: AXIS.top, width: x(1) - x(0), height: height - AXIS.top - AXIS.bottom });
  root.append(hit);
  for (const share of [0, 0.5, 1]) {
    const at = Math.round(y(top * share)) + 0.5;
    root.append(svg("line", { class: "rule", x1: AXIS.left, x2: width - AXIS.right, y1: at, y2: at }));
    if (share > 0 || top > 0) root.append(svg("text", { x: AXIS.left - 8, y: at + 4, "text-anchor": "end" }, label(top * share)));
  }
  for (const index of [0, 15, 30, 45, 59]) {
    const anchor = index === 0 ? "start" : index === 59 ? "end" : "middle";
    const at = index === 59 ? width - AXIS.right : x(index);
    root.append(svg("text", { x: at, y: height - 4, "text-anchor": anchor }, index === 59 ? "now" : hour(minutes[index].at)));
  }
  return { box, root, hit, x, y, width };
}

/** Puts a plot into the page and lets the pointer ask for its minutes; a minute that is pointed at stays so when it is drawn anew. */
function place(id, { box, root, hit, x, width }, minutes, lines) {
  const tip = h("div", { class: "tip" });
  const mark = () => {
    const seen = pointed.chart === id;
    tip.hidden = !seen;
    hit.setAttribute("visibility", seen ? "visible" : "hidden");
    if (!seen) return;
    const minute = minutes[pointed.index];
    hit.setAttribute("x", x(pointed.index));
    tip.replaceChildren(...[hour(minute.at), ...lines(minute)].map((line) => h("div", null, line)));
    const left = x(pointed.index + 1) + 8;
    tip.style.left = (left + tip.offsetWidth > width ? x(pointed.index) - tip.offsetWidth - 8 : left) + "px";
  };
  const point = (event) => {
    const left = event.clientX - box.getBoundingClientRect().left;
    const index = Math.floor(((left - AXIS.left) / (width - AXIS.left - AXIS.right)) * minutes.length);
    Object.assign(pointed, { chart: id, index: Math.min(minutes.length - 1, Math.max(0, index)) });
    mark();
  };
  box.onpointermove = point;
  box.onpointerdown = point;
  // A finger that is lifted leaves too, but its owner still reads.
  box.onpointerleave = (event) => {
    if (event.pointerType === "touch") return;
    pointed.chart = null;
    mark();
  };
  box.replaceChildren(root, tip);
  mark();
}

function drawThroughput(minutes) {
  const top = roundUp(Math.max(4, ...minutes.map((each) => each.done + each.failed + each.unknown)));
  const into = frame("throughput", minutes, top, (value) => (Number.isInteger(value) ? count(value) : value.toFixed(1)));
  const { root, x, y } = into;
  minutes.forEach(({ done, failed, unknown }, index) => {
    const shape = { x: x(index) + 1, width: Math.max(1.5, x(1) - x(0) - 2), rx: 1.5 };
    const open = index === minutes.length - 1 ? " open" : "";
    const bar = (name, from, to) =>
      to > from && root.append(svg("rect", { ...shape, class: name + open, y: y(to), height: Math.max(1, y(from) - y(to)) }));
    bar("done", 0, done);
    bar("bad", done, done + failed + unknown);
  });
  place("throughput", into, minutes, ({ done, failed, unknown, bytes, depth }) => [
    count(done) + " warmed, " + sized(bytes),
    ...(failed + unknown > 0 ? [count(failed) + " failed, " + count(unknown) + " unknown"] : []),
    "queue " + count(depth),
  ]);
}

function drawLatency(minutes) {
  const top = roundUp(Math.max(100, ...minutes.map((each) => each.p95 || 0)));
  const into = frame("latency", minutes, top, (value) => took(value).join(" "));
  const { root, x, y } = into;
  for (const name of ["p50", "p95"]) {
    const points = minutes.map((each, index) => (each[name] == null ? null : [(x(index) + x(index + 1)) / 2, y(each[name])]));
    // A minute without measured items is a gap; one alone is a dot, which a line to itself with round ends draws.
    const path = points.map((point, index) => point && (points[index - 1] ? "L" : "M" + point + "L") + point).filter(Boolean);
    if (path.length > 0) root.append(svg("path", { class: name, d: path.join("") }));
  }
  place("latency", into, minutes, ({ p50, p95 }) =>
    p95 == null ? ["nothing measured"] : ["P95 " + took(p95).join(" "), "P50 " + took(p50).join(" ")]);
}

function drawCharts(minutes) {
  drawThroughput(minutes);
  drawLatency(minutes);
}
`;
