import { createHash } from "node:crypto";
import { pipeline, type Readable, type Transform } from "node:stream";
import zlib from "node:zlib";
import { carriedFailure, type Failure, failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";

/** The content of a packed object, once it was read through. */
export interface ReadThrough {
  readonly bytes: number;
  readonly sha256: string;
  /** All of it where it is small enough to be kept. */
  readonly content: Buffer | null;
}

/** Zstandard is in Node from 22.15 on. */
const ZSTD = (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress;

const DECODERS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: () => zlib.createGunzip(),
  br: () => zlib.createBrotliDecompress(),
  deflate: () => zlib.createInflate(),
  zstd: ZSTD,
};

/** Returns the failure of an object whose packing this machine cannot undo, or null when it can. */
export function cannotUnpack(key: string, packing: string): Failure | null {
  return packing.split(", ").every((coding) => DECODERS[coding]) ? null : cannot(key, packing, "");
}

function cannot(key: string, packing: string, why: string): Failure {
  return failure(
    "content_encoding",
    `${key} is stored with Content-Encoding ${packing}, which cannot be unpacked here${why}`,
  );
}

/**
 * The content of a packed object as a stream. Ends with an error that carries a failure when the bytes are not packed as their
 * Content-Encoding says, or when reading them broke off. `body` is destroyed with it.
 */
export function unpacked(key: string, packing: string, body: Readable): Readable {
  let last = body;
  for (const coding of packing.split(", ").reverse()) {
    const decoder = DECODERS[coding]?.();
    if (!decoder) throw new Error(`${coding} was not looked at`);
    decoder.on("error", (error: NodeJS.ErrnoException) => {
      if (carriedFailure(error) || !/^(Z_|ERR_.*FORMAT|ERR__?ERROR|ZSTD)/.test(error.code ?? "")) return;
      Object.assign(error, { failure: cannot(key, packing, ` (${error.message})`) });
    });
    pipeline(last, decoder, () => {});
    last = decoder;
  }
  return last;
}

/** Reads content through, keeps it up to `keep` bytes, and stops beyond `most`: then `bytes` is more than that. */
export async function measure(
  content: Readable,
  { keep, most }: { readonly keep: number; readonly most: number },
): Promise<Result<ReadThrough>> {
  const hash = createHash("sha256");
  let kept: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > most) break;
      hash.update(chunk);
      if (bytes <= keep) kept.push(chunk);
      else kept = [];
    }
  } catch (error) {
    const cause = carriedFailure(error);
    if (cause === null) throw error;
    return failed(cause);
  }
  return ok({ bytes, sha256: hash.digest("hex"), content: bytes <= keep ? Buffer.concat(kept) : null });
}
