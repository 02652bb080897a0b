import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

/** Letters that tell one life of a process from another. */
const LETTERS = 6;

/**
 * Whose an attempt is, for people and for later processes: number and host of this process, and which life of it this is. In a container
 * that is started again number and host are those of the one before.
 */
export function newOwner(): string {
  return `${process.pid}@${hostname()}/${randomUUID().slice(0, LETTERS)}`;
}
