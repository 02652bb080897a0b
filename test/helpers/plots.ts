import type { Page } from "playwright-core";
import { expect } from "vitest";

/** A text that was painted, and where, in pixels of the canvas, whose size is `of`. */
export interface PaintedText {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly of: { readonly width: number; readonly height: number };
}

/** From now on, every text that is painted on a canvas of this page is noted. */
export async function noteTexts(page: Page): Promise<void> {
  await page.evaluate(`{
    window.paintedTexts = [];
    const paint = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
      const size = this.measureText(text);
      const { width, height } = this.canvas;
      window.paintedTexts.push({
        text, of: { width, height },
        left: x - size.actualBoundingBoxLeft, right: x + size.actualBoundingBoxRight,
        top: y - size.actualBoundingBoxAscent, bottom: y + size.actualBoundingBoxDescent,
      });
      return paint.call(this, text, x, y);
    };
  }`);
}

/** What was painted since the last call, once there is something. */
export async function paintedTexts(page: Page): Promise<readonly PaintedText[]> {
  // Not by waitForFunction, which a page may forbid: it evaluates text in the page itself.
  await expect
    .poll(() => page.evaluate("window.paintedTexts.length"), { timeout: 60_000 })
    .toBeGreaterThan(0);
  return (await page.evaluate("window.paintedTexts.splice(0)")) as PaintedText[];
}

/** Those that are not wholly inside their canvas. */
export function cutTexts(texts: readonly PaintedText[]): readonly PaintedText[] {
  return texts.filter(
    ({ left, right, top, bottom, of }) => left < 0 || top < 0 || right > of.width || bottom > of.height,
  );
}

/** How many pixels of the canvas in `box` have the colour that the style sheet names `--plot-<colour>` now. */
export async function painted(page: Page, box: string, colour: string): Promise<number> {
  return (await page.evaluate(`{
    const canvas = document.querySelector("${box} canvas");
    const hex = getComputedStyle(document.documentElement).getPropertyValue("--plot-${colour}").trim();
    const wanted = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3] > 200 && wanted.every((value, index) => Math.abs(data[at + index] - value) < 12)) count++;
    count;
  }`)) as number;
}
