import { safe } from "./safe.ts";

/** How a cell is coloured; the words say it as well. */
export type Tone = "good" | "bad" | "doubt" | "plain";

export interface Cell {
  readonly text: string;
  readonly tone: Tone;
}

/** A column: its heading, and how its cells look: `n` a number, `a` the one that counts, `b` what it is held against. */
export interface Column {
  readonly head: string;
  readonly look?: "n" | "a n" | "b n" | "word";
}

/** A table whose rows become short lists on a narrow screen. Cells are HTML. */
export function tableHtml(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const head = columns.map(
    ({ head: text, look }) => `<th${look && look !== "word" ? ' class="n"' : ""}>${safe(text)}</th>`,
  );
  const body = rows.map(
    (cells) => `<tr>${cells.map((html, at) => cellHtml(html, columns[at])).join("")}</tr>`,
  );
  return `<div class="scroll"><table class="stack k${columns.length}"><thead><tr>${head.join("")}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

function cellHtml(html: string, { head = "", look }: Partial<Column> = {}): string {
  const label = head === "" || look === undefined || look === "word" ? "" : ` data-l="${safe(head)}"`;
  return `<td${look ? ` class="${look}"` : ""}${label}>${html}</td>`;
}

/** A judgement in its colour. */
export function tag({ text, tone }: Cell): string {
  return text === "" ? "" : `<span class="tag ${tone}">${safe(text)}</span>`;
}

/** A judgement, and what it says more. */
export function judgement(verdict: Cell, detail: string): string {
  return `${tag(verdict)}${detail === "" ? "" : ` <span class="soft">${safe(detail)}</span>`}`;
}

/** A figure that counts, in a line of {@link tilesHtml}. */
export interface Tile {
  readonly figure: string;
  readonly about: string;
  readonly tone: Tone;
}

export function tile(figure: string, about: string, tone: Tone): Tile {
  return { figure, about, tone };
}

export function tilesHtml(tiles: readonly Tile[]): string {
  const parts = tiles.map(
    ({ figure, about, tone }) =>
      `<div class="tile ${tone}"><b>${safe(figure)}</b><span>${safe(about)}</span></div>`,
  );
  return `<div class="tiles">${parts.join("")}</div>`;
}

export function section(title: string, inside: string): string {
  return `<h2>${safe(title)}</h2>${inside}`;
}

export function card(inside: string): string {
  return `<div class="card">${inside}</div>`;
}

export function code(text: string): string {
  return `<code>${safe(text)}</code>`;
}
