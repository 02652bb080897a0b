import type { ServerResponse } from "node:http";
import { type Answer, bare, whole } from "./answer.ts";
import { piecesOf } from "./body.ts";
import { cutAt, type R2Fault, throttled } from "./faults.ts";

/** The answer that a fault puts in place of the real one. */
export function faultAnswer(status: number, fault: R2Fault): Answer {
  return fault.body === undefined
    ? bare(status)
    : whole(status, fault.contentType ?? "text/html", Buffer.from(fault.body));
}

/**
 * Sends an answer, spoiled by `fault` if there is one; `scale` makes its bandwidth that many times larger. Resolves when
 * all is handed over or the connection is gone. False when no whole answer was given.
 */
export async function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  fault: R2Fault,
  scale: number,
): Promise<boolean> {
  const limit = fault.resetAfterBytes ?? Number.POSITIVE_INFINITY;
  if (limit === 0) return reset(response);
  const { body, span } = answer;
  writeHead(response, answer);
  if (body === null || response.req.method === "HEAD") {
    response.end();
    return true;
  }
  const pieces = cutAt(piecesOf(body, span.from, span.length), limit);
  const pace = fault.bytesPerSecond;
  if (pace !== undefined) response.flushHeaders();
  await writeAll(response, pace === undefined ? pieces : throttled(pieces, pace * scale));
  if (limit < span.length) return reset(response);
  if (response.destroyed) return false;
  response.end();
  return true;
}

function writeHead(response: ServerResponse, { status, headers, body, span }: Answer): void {
  if (response.req.method === "HEAD" && status >= 400) response.writeHead(status);
  else if (body === null && (status === 204 || status === 304)) response.writeHead(status, headers);
  else response.writeHead(status, { ...headers, "content-length": String(span.length) });
}

async function writeAll(
  response: ServerResponse,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const piece of pieces) {
    if (response.destroyed) return;
    await writePiece(response, piece);
  }
}

/** Resolves when the piece is with the operating system, or the connection is gone. */
function writePiece(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("close", done);
      resolve();
    };
    response.once("close", done);
    response.write(piece, done);
  });
}

function reset(response: ServerResponse): false {
  response.socket?.resetAndDestroy();
  return false;
}
