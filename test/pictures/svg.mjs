/** Width and height of a cell, and the size of the font, in pixels. */
const [WIDTH, HEIGHT, FONT] = [8.4, 17, 14];
const [MARGIN, ROUND] = [16, 8];

/** By number of the palette of 16; the bright ones are the same, since both grounds are set here. */
const LIGHT = ["#1f2328", "#cf222e", "#116329", "#7d4e00", "#0969da", "#8250df", "#1b7c83", "#57606a"];
const DARK = ["#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4"];
const GROUNDS = { light: ["#ffffff", "#1f2328", "#d0d7de"], dark: ["#0d1117", "#e6edf3", "#30363d"] };

/**
 * Draws a screen as an SVG that goes light and dark with whoever looks at it, loads nothing, and keeps its columns whatever
 * font is there.
 *
 * @param {import("./terminal.mjs").Cell[][]} rows
 * @param {{ title: string, columns: number }} options
 */
export function svgOf(rows, { title, columns }) {
  const width = Math.ceil(columns * WIDTH + 2 * MARGIN);
  const height = Math.ceil(rows.length * HEIGHT + 2 * MARGIN);
  const texts = rows.flatMap((row, y) => piecesOf(row).map((piece) => textOf(piece, y)));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<style>
text{font:${FONT}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre}
.b{font-weight:bold}.d{opacity:.65}
${styleOf(GROUNDS.light, LIGHT)}
@media (prefers-color-scheme:dark){${styleOf(GROUNDS.dark, DARK)}}
</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="${ROUND}"/>
${texts.join("\n")}
</svg>
`;
}

function styleOf([ground, ink, line], colours) {
  const own = colours.map((colour, index) => `.c${index}{fill:${colour}}`).join("");
  return `rect{fill:${ground};stroke:${line}}text{fill:${ink}}${own}`;
}

/** Words of one look that stand side by side, with the column that each begins in. Two blanks end one. */
function piecesOf(cells) {
  const pieces = [];
  let x = 0;
  for (const { text, width, fg, bold, dim } of cells) {
    const look = [fg === null ? "" : `c${fg % 8}`, bold ? "b" : "", dim ? "d" : ""].filter(Boolean).join(" ");
    const last = pieces.at(-1);
    if (last?.look === look && last.x + last.width === x && !last.text.endsWith("  ")) {
      last.text += text;
      last.width += width;
    } else pieces.push({ look, text, width, x });
    x += width;
  }
  return pieces.map(trimmed).filter(({ text }) => text !== "");
}

function trimmed({ look, text, width, x }) {
  const before = text.length - text.trimStart().length;
  const after = text.length - text.trimEnd().length;
  return { look, text: text.trim(), x: x + before, width: width - before - after };
}

function textOf({ look, text, width, x }, y) {
  const at = `x="${rounded(MARGIN + x * WIDTH)}" y="${rounded(MARGIN + y * HEIGHT + FONT - 1)}"`;
  const kind = look === "" ? "" : ` class="${look}"`;
  return `<text ${at} textLength="${rounded(width * WIDTH)}" lengthAdjust="spacingAndGlyphs"${kind}>${escaped(text)}</text>`;
}

const rounded = (number) => Math.round(number * 10) / 10;

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
