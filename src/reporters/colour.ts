import { Chalk, type ChalkInstance, type ColorSupportLevel } from "chalk";

export interface ColourOptions {
  /** The stream it is for; colour depth is asked only where it has one. */
  readonly stream: { readonly isTTY?: boolean | undefined; getColorDepth?: (() => number) | undefined };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--no-color`. */
  readonly noColor: boolean;
}

const FORCED: Readonly<Record<string, ColorSupportLevel>> = { 0: 0, false: 0, 2: 2, 3: 3 };

function levelOf({ stream, env, noColor }: ColourOptions): ColorSupportLevel {
  if (noColor || (env.NO_COLOR ?? "") !== "") return 0;
  if (env.FORCE_COLOR !== undefined) return FORCED[env.FORCE_COLOR] ?? 1;
  if (!stream.isTTY || env.TERM === "dumb") return 0;
  const depth = stream.getColorDepth?.() ?? 4;
  if (depth >= 24) return 3;
  return depth >= 8 ? 2 : depth >= 4 ? 1 : 0;
}

/**
 * Colours for one stream: none with `--no-color` or a non-empty NO_COLOR (no-color.org), then what FORCE_COLOR says, then
 * as many as a terminal shows. Without colour every style returns its text as it is.
 */
export function colourFor(options: ColourOptions): ChalkInstance {
  return new Chalk({ level: levelOf(options) });
}
