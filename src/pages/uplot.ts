import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { resolve } = createRequire(import.meta.url);

/** The styles of plots: uPlot's, then ours. */
export const PLOT_STYLES: readonly URL[] = [
  pathToFileURL(resolve("uplot/dist/uPlot.min.css")),
  new URL("./plot.css", import.meta.url),
];

/** uPlot as a script that makes the name `uPlot`, with the licence that every copy of it has to carry. */
export function uplotScript(): string {
  const licence = readFileSync(resolve("uplot/LICENSE"), "utf8");
  return `/*!\nuPlot\n${licence}*/\n${readFileSync(resolve("uplot/dist/uPlot.iife.min.js"), "utf8")}`;
}
