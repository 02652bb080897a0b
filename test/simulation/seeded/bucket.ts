import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { type Failure, failure } from "../../../src/domain/failure.ts";
import { failed, ok, type Result } from "../../../src/domain/result.ts";
import type {
  ListedObject,
  ObjectInfo,
  ObjectPages,
  OpenObject,
  OpenOptions,
  Storage,
} from "../../../src/storage/port.ts";

/** An object as it is stored. */
export interface StoredObject {
  readonly key: string;
  readonly content: string;
  readonly etag: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly mime: string;
}

/** What goes wrong with one question to the bucket. */
export type BucketFault = "unavailable" | "broken body";

const PAGE = 3;
const MIMES: Readonly<Record<string, string>> = {
  jpg: "image/jpeg",
  mp4: "video/mp4",
  pdf: "application/pdf",
};
const AWAY = failure("r2_unavailable", "the bucket does not answer");
const HOST = "http://127.0.0.1:9000/media/";

/** The key in a URL that {@link SimulatedBucket.presign} gave. */
export function keyOfUrl(url: string): string {
  return decodeURIComponent(url.slice(HOST.length));
}

/** A bucket in memory, which fails where the seed says so. */
export class SimulatedBucket implements Storage {
  readonly objects = new Map<string, StoredObject>();
  /** The ETags under which each content that there ever was was stored, by its hash. */
  readonly etags = new Map<string, string[]>();
  /** What goes wrong, by the number of the question. */
  readonly faults = new Map<number, BucketFault>();
  #asked = 0;

  /** `parts` makes the ETag that of an upload in so many parts, which is no hash of the content. */
  put(key: string, content: string, parts = 0): void {
    const hash = (name: string, text: string) => createHash(name).update(text).digest("hex");
    const etag = parts === 0 ? hash("md5", content) : `${hash("md5", `${content} in ${parts}`)}-${parts}`;
    const mime = MIMES[key.slice(key.lastIndexOf(".") + 1)] ?? "application/octet-stream";
    const stored = { key, content, etag, bytes: content.length, sha256: hash("sha256", content), mime };
    this.objects.set(key, stored);
    this.etags.set(stored.sha256, [...new Set([...(this.etags.get(stored.sha256) ?? []), etag])]);
  }

  remove(key: string): void {
    this.objects.delete(key);
  }

  async check(): Promise<Result<void>> {
    const wrong = this.#trouble();
    return wrong ? failed(wrong) : ok(undefined);
  }

  async *list(prefix: string): ObjectPages {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (let from = 0; from < keys.length; ) {
      const wrong = this.#trouble();
      if (wrong) {
        if ((yield failed(wrong)) !== "again") return;
        continue;
      }
      const page = keys.slice(from, from + PAGE);
      from += PAGE;
      yield ok(page.flatMap((key) => this.#listed(key)));
    }
  }

  async head(key: string): Promise<Result<ObjectInfo>> {
    const wrong = this.#trouble();
    if (wrong) return failed(wrong);
    const found = this.objects.get(key);
    return found ? ok(infoOf(found)) : failed(failure("object_missing", `there is no ${key}`));
  }

  async open(key: string, { etag }: OpenOptions = {}): Promise<Result<OpenObject>> {
    const fault = this.#fault();
    if (fault === "unavailable") return failed(AWAY);
    const found = this.objects.get(key);
    if (!found) return failed(failure("object_missing", `there is no ${key}`));
    if (etag && etag !== found.etag) return failed(failure("object_changed", `${key} has changed`));
    const body = fault === "broken body" ? brokenBody(found) : Readable.from([Buffer.from(found.content)]);
    return ok({ ...infoOf(found), body });
  }

  presign(key: string): string {
    return HOST + encodeURIComponent(key);
  }

  async close(): Promise<void> {}

  #listed(key: string): ListedObject[] {
    const found = this.objects.get(key);
    return found ? [{ key, bytes: found.bytes, etag: found.etag, modifiedAt: 0 }] : [];
  }

  #trouble(): Failure | null {
    return this.#fault() === "unavailable" ? AWAY : null;
  }

  #fault(): BucketFault | undefined {
    this.#asked += 1;
    return this.faults.get(this.#asked);
  }
}

function infoOf({ bytes, etag, mime }: StoredObject): ObjectInfo {
  return { bytes, etag, mime, packing: "" };
}

function brokenBody({ content }: StoredObject): Readable {
  const broke = Object.assign(new Error("the connection broke"), {
    failure: failure("r2_interrupted", "reading the object broke off"),
  });
  return Readable.from(
    (async function* () {
      yield Buffer.from(content.slice(0, content.length / 2));
      throw broke;
    })(),
  );
}
