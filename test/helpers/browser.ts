import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";

/** Debian's Chromium, or what CHROMIUM names; null where there is none. */
export const CHROMIUM: string | null =
  [process.env.CHROMIUM, "/usr/bin/chromium"].find((path) => path && existsSync(path)) ?? null;

/** Said by tests that need a browser and have none. */
export const NO_CHROMIUM = "no Chromium here: apt-get install chromium, or CHROMIUM=/path/to/chromium";

export interface PageOptions {
  readonly width?: number;
  /** Lets the test move the page's clock on; it still goes by itself. */
  readonly clock?: boolean;
}

export interface Opened {
  readonly page: Page;
  /** What went wrong so far: console errors, uncaught exceptions, requests that failed. */
  readonly errors: readonly string[];
  /** Addresses asked for so far, the page's own first. */
  readonly requests: readonly string[];
}

/** Without these, Chromium looks for hosts of its own at each start. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

type Target = { readonly url: string } | { readonly html: string };

/**
 * Starts a browser for the tests of the describe it is called in. What it returns opens an address, or a page that is given
 * whole, in a context of its own that is closed when the test ends.
 */
export function browserForTests(): (target: Target, options?: PageOptions) => Promise<Opened> {
  let browser: Browser;
  beforeAll(async () => {
    if (CHROMIUM === null) throw new Error(NO_CHROMIUM);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS, timeout: 60_000 });
  });
  afterAll(() => browser?.close());
  return async (target, { width = 1200, clock = false } = {}) => {
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    onTestFinished(() => context.close());
    if (clock) await context.clock.install();
    return open(await context.newPage(), target);
  };
}

async function open(page: Page, target: Target): Promise<Opened> {
  const [errors, requests]: [string[], string[]] = [[], []];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("requestfailed", (request) => errors.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto("url" in target ? target.url : asFile(target.html));
  return { page, errors, requests };
}

/** As a reader opens it: from the disk. */
function asFile(html: string): string {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-page-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "page.html");
  writeFileSync(path, html);
  return pathToFileURL(path).href;
}
