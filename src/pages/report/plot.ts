import { safe } from "./safe.ts";

/** What a plot shows; its texts hold no control characters. */
export interface PlotSource {
  readonly title: string;
  readonly x: { readonly label: string; readonly unit: string };
  readonly y: { readonly label: string; readonly unit: string };
  readonly series: readonly {
    readonly name: string;
    readonly limit?: boolean | undefined;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

type Point = readonly [x: number, y: number];

/** A plot as the script of the page draws it. */
export interface PlotData {
  readonly title: string;
  /** `log`: by powers of ten. */
  readonly x: { readonly label: string; readonly unit: string; readonly log: boolean };
  readonly y: { readonly label: string; readonly unit: string };
  /** The last one that is not a limit is what the plot is about. */
  readonly series: readonly {
    readonly name: string;
    readonly limit: boolean;
    readonly points: readonly Point[];
  }[];
}

/** A curve of more points is thinned out to about as many. */
const MOST_POINTS = 500;
/** Values above 0 that lie as many times apart are drawn by powers of ten. */
const LOG_FROM = 100;

/** A plot with its title as HTML, for the script of the page. Points that are not finite numbers are left out. */
export function plotHtml(plot: PlotSource): string {
  const data = plotData(plot);
  return `<figure data-plot="${safe(JSON.stringify(data))}"><figcaption>${safe(data.title)}</figcaption><div></div></figure>`;
}

function plotData({ title, x, y, series }: PlotSource): PlotData {
  const drawn = series
    .map(({ name, limit = false, points }) => ({ name, limit, points: drawable(points) }))
    .filter(({ points }) => points.length > 0);
  const along = drawn.flatMap(({ points }) => points.map(([value]) => value));
  return {
    title,
    x: { label: x.label, unit: x.unit, log: isWide(along) },
    y: { label: y.label, unit: y.unit },
    series: drawn,
  };
}

/** The finite points, first and last kept, with as many digits as can be seen. */
function drawable(points: readonly Point[]): Point[] {
  const finite = points.filter((point) => point.every(Number.isFinite));
  const every = Math.ceil(finite.length / MOST_POINTS);
  return finite
    .filter((_, at) => at % every === 0 || at === finite.length - 1)
    .map(([x, y]) => [Number(x.toPrecision(6)), Number(y.toPrecision(4))]);
}

function isWide(values: readonly number[]): boolean {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return low > 0 && high / low >= LOG_FROM;
}
