import type { ServerResponse } from "node:http";
import { bare, type R2Answer, whole } from "./answer.ts";
import { piecesOf } from "./body.ts";
import { cutAt, type R2Fault, throttled } from "./faults.ts";

/** Returns the answer that a fault sends instead of the real one. */
export function faultAnswer(status: number, fault: R2Fault): R2Answer {
  return fault.body === undefined
    ? bare(status)
    : whole(status, fault.contentType ?? "text/html", Buffer.from(fault.body));
}

/**
 * Sends an answer with the faults of `fault`; `scale` multiplies its bandwidth. Resolves when everything was handed over or
 * the connection is gone; false when the answer was not sent whole.
 */
export async function sendAnswer(
  response: ServerResponse,
  answer: R2Answer,
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

function writeHead(response: ServerResponse, { status, headers, body, span, sizeless }: R2Answer): void {
  if (response.req.method === "HEAD" && status >= 400) response.writeHead(status);
  else if (sizeless) response.writeHead(status, headers);
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
