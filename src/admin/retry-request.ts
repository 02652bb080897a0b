import { SELECTIONS } from "../domain/choices.ts";
import { fieldOf, membersOf } from "./fields.ts";
import type { RetryRequest } from "./worker-view.ts";

/** What a request to try again may say; for whoever said something else. */
export const RETRY_FORMS = `say {"keys":["covers/a.jpg"]}, or {"status":"unknown"}, "failed" or "weak"; "bot" with one slug narrows either`;

const MEMBERS = ["keys", "status", "bot"];

/**
 * Null for anything but one of the two forms, and where a member is not known: a request that is half understood could post
 * twice, or more than was asked for.
 */
export function retryRequestOf(value: unknown): RetryRequest | null {
  if (membersOf(value).some((name) => !MEMBERS.includes(name))) return null;
  const [keys, status, bot] = [fieldOf(value, "keys"), fieldOf(value, "status"), fieldOf(value, "bot")];
  if (bot !== undefined && typeof bot !== "string") return null;
  if (Array.isArray(keys) && status === undefined)
    return keys.length > 0 && keys.every(isKey) ? { keys, bot } : null;
  const state = SELECTIONS.find((each) => each === status);
  return state !== undefined && keys === undefined ? { state, bot } : null;
}

/** The same out of an address, whose members come once each; null also where it has none. */
export function retryRequestIn(address: string): RetryRequest | null {
  const said = [...new URL(address).searchParams];
  const once = Object.fromEntries(said);
  return Object.keys(once).length === said.length ? retryRequestOf(once) : null;
}

function isKey(key: unknown): boolean {
  return typeof key === "string" && key !== "";
}
