/** Shows the values under the pointer. The page is whole without it. */
export const SCRIPT = `
for (const figure of document.querySelectorAll("[data-plot]")) {
  const plot = JSON.parse(figure.dataset.plot);
  const tip = figure.querySelector(".tip");
  const [low, high, log, before, after] = plot.x;
  const share = (x) => log ? Math.log(x / low) / Math.log(high / low) : (x - low) / (high - low);
  const text = (value) => value.toLocaleString("en", { maximumSignificantDigits: 4 });
  const nearest = (points, at) => points.reduce((a, b) => Math.abs(share(b[0]) - at) < Math.abs(share(a[0]) - at) ? b : a);
  const row = (name, colour, value) => {
    const line = document.createElement("div");
    line.className = colour < 0 ? "limit" : "c" + colour;
    line.append(name + ": ", Object.assign(document.createElement("b"), { textContent: value }));
    return line;
  };
  for (const svg of figure.querySelectorAll("svg")) {
    const cross = svg.querySelector(".cross");
    const [left, , right] = svg.dataset.edges.split(" ").map(Number);
    const hide = () => { tip.hidden = true; cross.setAttribute("hidden", ""); };
    svg.addEventListener("pointerleave", hide);
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const scale = svg.viewBox.baseVal.width / box.width;
      const at = ((event.clientX - box.left) * scale - left) / (right - left);
      if (at < -0.02 || at > 1.02) return hide();
      const rows = plot.series.map(([name, colour, points]) => [name, colour, nearest(points, at)]);
      const x = nearest(rows.map(([, , point]) => point), at)[0];
      const here = left + share(x) * (right - left);
      cross.removeAttribute("hidden");
      cross.setAttribute("x1", here);
      cross.setAttribute("x2", here);
      const head = document.createElement("div");
      head.textContent = before + text(x) + after;
      tip.replaceChildren(head, ...rows.map(([name, colour, point]) => row(name, colour, text(point[1]) + plot.y[2])));
      tip.hidden = false;
      const outer = figure.getBoundingClientRect();
      const px = box.left - outer.left + here / scale;
      tip.style.left = Math.max(0, Math.min(outer.width - tip.offsetWidth, px < outer.width / 2 ? px + 12 : px - tip.offsetWidth - 12)) + "px";
      tip.style.top = box.top - outer.top + 24 + "px";
    });
  }
}
`;
