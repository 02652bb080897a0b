import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import busboy, { type Busboy } from "busboy";
import type { BodyOptions, CallBody } from "./body.ts";
import { Fields, PARAMETER_BYTES, type UploadedFile } from "./fields.ts";
import { receivedName } from "./file-name.ts";
import { discard, spool } from "./spool.ts";

/** The most files in one request (BAS HttpServer.h). */
const FILES = 50;

/**
 * Reads a multipart body as a stream; only small files are kept in memory. Adds to `texts`.
 * A part without `filename` is a text, whatever its type. Rejects when the form is broken or ends early.
 */
export async function readMultipart(
  body: Readable,
  headers: IncomingHttpHeaders,
  texts: Map<string, string>,
  options: BodyOptions,
): Promise<CallBody> {
  const limits = { fieldSize: PARAMETER_BYTES, files: FILES };
  const parser = busboy({ headers, defParamCharset: "utf8", preservePath: true, limits });
  const files = new Map<string, UploadedFile>();
  const reading: Promise<boolean>[] = [];
  parser.on("field", (name, value) => {
    texts.set(name, value);
  });
  parser.on("file", (name, stream, { filename }) => {
    const part = readPart(name, stream, filename);
    part.catch((error: Error) => parser.destroy(error));
    reading.push(part);
  });
  const readPart = async (name: string, stream: Readable, filename: string | undefined) => {
    const blob = await spool(stream, options.maxFileBytes, options.freshPath);
    if (blob === null) return false;
    if (filename !== undefined) files.set(name, { name: receivedName(filename), blob });
    else if (blob.content?.type === "memory") texts.set(name, blob.content.data.toString("utf8"));
    return true;
  };
  let taken = false;
  try {
    await feed(body, parser);
    taken = (await Promise.all(reading)).every((fits) => fits);
  } finally {
    await Promise.allSettled(reading);
    if (!taken) for (const { blob } of files.values()) await discard(blob);
  }
  return taken ? { type: "fields", fields: new Fields(texts, files) } : { type: "too_large" };
}

/**
 * Pipes until the form has been read. Unlike `pipeline` it does not destroy the body when the form is broken, so that
 * it can be answered.
 */
function feed(body: Readable, parser: Busboy): Promise<void> {
  return new Promise((resolve, reject) => {
    body.once("error", (error) => {
      parser.destroy(error);
      reject(error);
    });
    parser.once("error", (error) => {
      body.unpipe(parser);
      body.resume();
      reject(error);
    });
    parser.once("close", resolve);
    body.pipe(parser);
  });
}
