import { createHash } from "node:crypto";
import { BODY, ICON } from "./html.ts";
import { SCRIPT_BASICS } from "./script-basics.ts";
import { SCRIPT_CHARTS } from "./script-charts.ts";
import { SCRIPT_LIVE } from "./script-live.ts";
import { SCRIPT_PARTS } from "./script-parts.ts";
import { STYLE_BASE } from "./style-base.ts";
import { STYLE_PARTS } from "./style-parts.ts";

/** The status page, ready to be sent. */
export interface StatusPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const STYLE = `${STYLE_BASE}${STYLE_PARTS}`;
/** In a function of its own, so that no name of it is a global one. */
const SCRIPT = `"use strict";(() => {${SCRIPT_BASICS}${SCRIPT_CHARTS}${SCRIPT_PARTS}${SCRIPT_LIVE}})();`;

/**
 * One document that holds all it needs and knows nothing of the worker: it asks the status route, with the token its reader
 * gives. Style and script are text in modules, since the compiler copies no other files. The policy lets in nothing but this style,
 * this script (by their digests) and requests to this server, and forbids to parse text as HTML.
 */
export function statusPage(): StatusPage {
  const policy = [
    "default-src 'none'",
    `script-src '${digest(SCRIPT)}'`,
    `style-src '${digest(STYLE)}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>prewarm</title><link rel="icon" href="${ICON}"><style>${STYLE}</style>`;
  const html = `<!doctype html><html lang="en"><head>${head}</head><body>${BODY}<script>${SCRIPT}</script></body></html>`;
  return { html, headers: { "content-security-policy": policy, "x-frame-options": "DENY" } };
}

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
