import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { resolve } = createRequire(import.meta.url);

/** uPlot as a script that makes the name `uPlot`. */
export const UPLOT_SCRIPT: URL = pathToFileURL(resolve("uplot/dist/uPlot.iife.min.js"));

/** Its licence, which every copy of it has to carry. */
export const UPLOT_LICENCE: URL = pathToFileURL(resolve("uplot/LICENSE"));

/** The styles of plots: uPlot's, then ours. */
export const PLOT_STYLES: readonly URL[] = [
  pathToFileURL(resolve("uplot/dist/uPlot.min.css")),
  new URL("./plot.css", import.meta.url),
];
