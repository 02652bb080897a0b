import { createHash } from "node:crypto";
import type { R2Server } from "../../src/sandbox/r2/server.ts";

export const BUCKET = "media";
export const KEY_PAIR = { accessKeyId: "id0f0123456789abcdefkey", secretAccessKey: "sEcret+with/odd=signs" };

/** The bucket, and what each of its keys held. */
export class HeldBucket {
  /** SHA-256 of what each key holds, and of all that it ever held. */
  readonly held = new Map<string, string>();
  readonly everHeld = new Map<string, Set<string>>();
  readonly #r2: R2Server;

  constructor(r2: R2Server) {
    this.#r2 = r2;
  }

  put(key: string, body: Buffer): void {
    this.#r2.put(BUCKET, key, body);
    const sha256 = createHash("sha256").update(body).digest("hex");
    this.held.set(key, sha256);
    this.everHeld.set(key, (this.everHeld.get(key) ?? new Set()).add(sha256));
  }

  delete(key: string): void {
    this.#r2.delete(BUCKET, key);
    this.held.delete(key);
  }
}

/** A photo, as far as the sandbox looks at one, or a document that Telegram takes by URL. */
export function contentOf(key: string, more: string, bytes: number): Buffer {
  const body = Buffer.alloc(bytes, `${more}content of ${key} `);
  if (!key.endsWith(".png")) return body;
  body.write("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1");
  body.writeUInt32BE(40, 16);
  body.writeUInt32BE(30, 20);
  return body;
}
