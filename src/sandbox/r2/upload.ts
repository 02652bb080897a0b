import type { Verified } from "./auth.ts";
import { type ChunkJudge, type Unchunked, unchunk } from "./aws-chunked.ts";
import { judgeChecksums } from "./checksums.ts";
import type { HeaderLookup } from "./credential.ts";
import { accept, type Checked, refuse } from "./errors.ts";
import { chunkSignature, sha256Hex } from "./sigv4.ts";

/**
 * Reads the body of a PUT, plain or `aws-chunked`, and checks it against everything that the client declared: length, signed
 * SHA-256, chunk signatures, checksums in headers and trailers.
 */
export async function receiveBody(
  source: AsyncIterable<Uint8Array>,
  header: HeaderLookup,
  verified: Verified,
): Promise<Checked<Uint8Array>> {
  if (header("content-length") === undefined && header("x-amz-decoded-content-length") === undefined) {
    return refuse("MissingContentLength");
  }
  const received = await readBody(source, header, verified);
  if (!received.ok) return received;
  const body = Buffer.concat(received.value.pieces);
  const declared = header("x-amz-decoded-content-length");
  if (declared !== undefined && Number(declared) !== body.length) return refuse("IncompleteBody");
  if (/^[0-9a-f]{64}$/.test(verified.payload) && sha256Hex(body) !== verified.payload) {
    return refuse("XAmzContentSHA256Mismatch");
  }
  const error = judgeChecksums(body, header, received.value.trailers);
  return error ? { ok: false, error } : accept(body);
}

async function readBody(
  source: AsyncIterable<Uint8Array>,
  header: HeaderLookup,
  verified: Verified,
): Promise<Checked<Unchunked>> {
  switch (verified.payload) {
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return unchunk(source, () => true);
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
      return unchunk(source, chainJudge(verified));
    default:
      if (verified.payload.startsWith("STREAMING-")) {
        return refuse("NotImplemented", `${verified.payload} not implemented`);
      }
      return /\baws-chunked\b/.test(header("content-encoding") ?? "")
        ? unchunk(source, () => true)
        : readPlain(source);
  }
}

/** Each chunk's signature covers the one before it, so chunks cannot be swapped or left out. */
function chainJudge({ key, scope, timestamp, signature }: Verified): ChunkJudge {
  let previous = signature;
  return (claimed, data) => {
    previous = chunkSignature(key, scope, timestamp, previous, data);
    return claimed === previous;
  };
}

async function readPlain(source: AsyncIterable<Uint8Array>): Promise<Checked<Unchunked>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return accept({ pieces, trailers: new Map() });
}
