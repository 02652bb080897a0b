import { shownPath } from "../config/mask.ts";

/** Enough of a secret to recognise it by, and nothing that helps to use it. */
export function stub(name: string, value: string): string {
  if (/_FILE$/.test(name)) return shownPath(value);
  const botId = /^(\d+):/.exec(value)?.[1];
  if (botId !== undefined) return `${botId}:***`;
  // A key id is no secret by itself, but stays one in whole.
  if (/KEY_ID$/.test(name) && value.length >= 16) return `${value.slice(0, 4)}***`;
  return `*** (${value.length} characters)`;
}
