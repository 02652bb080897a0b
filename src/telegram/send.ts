import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { encodeForm, InputFile } from "node-telegram-bot-api";
import { carriedFailure, type Failure, failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import type { FormFile } from "./form.ts";
import type { MessageMedia, SendRequest, UploadSource } from "./port.ts";

/** Which of the optional parameters a kind takes. */
const EXTRAS: Record<
  MediaKind,
  readonly ("width" | "height" | "duration" | "title" | "performer" | "thumbnail")[]
> = {
  photo: [],
  video: ["width", "height", "duration", "thumbnail"],
  animation: ["width", "height", "duration", "thumbnail"],
  audio: ["duration", "title", "performer", "thumbnail"],
  voice: ["duration"],
  document: ["thumbnail"],
};

/** Parameters of a call. */
export type SendFields = Record<string, string | number | boolean | InputFile>;

/** Thrown within a body when its source cannot be opened; carries the failure through the library. */
class SourceNotOpened extends Error {
  readonly failure: Failure;

  constructor(cause: Failure) {
    super(cause.message);
    this.failure = cause;
  }
}

/**
 * Returns the parameters of a call. The media comes last, so that the server has read the rest before the bytes begin.
 * Warmup messages are sent without a notification.
 */
export function fieldsOf(request: SendRequest, media: string | InputFile): SendFields {
  const fields: SendFields = { chat_id: request.chat, disable_notification: true };
  if (request.caption !== undefined) fields.caption = request.caption;
  Object.assign(fields, extrasOf(request, request.kind));
  fields[request.kind] = media;
  return fields;
}

/** What goes with a medium of this kind, as the server takes it. */
export function extrasOf(media: MessageMedia, kind: MediaKind): SendFields {
  const fields: SendFields = {};
  for (const extra of EXTRAS[kind]) {
    const value = media[extra];
    if (value !== undefined) fields[extra] = asField(value, extra);
  }
  if (kind === "video") fields.supports_streaming = true;
  return fields;
}

function asField(value: string | number | Uint8Array, name: string): string | number | InputFile {
  if (value instanceof Uint8Array)
    return new InputFile(value, { filename: "thumbnail.jpg", contentType: "image/jpeg" });
  return name === "duration" ? wholeSeconds(Number(value)) : value;
}

/** 0 would say that nobody knows. */
function wholeSeconds(seconds: number): number {
  return seconds > 0 ? Math.max(1, Math.round(seconds)) : 0;
}

/** A name as it goes into the form: the server takes it percent-decoded (tdlib/td HttpReader.cpp, since 2023-02). */
function asSent(filename: string): string {
  return filename.replaceAll("%", "%25");
}

/** Parts parameters from files that are in memory, which need not go through the streams of the library. */
export function apart(fields: SendFields): {
  readonly texts: SendFields;
  readonly files: readonly FormFile[];
} {
  const texts: SendFields = {};
  const files: FormFile[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (!(value instanceof InputFile)) texts[name] = value;
    else if (value.data instanceof Uint8Array) files.push(inMemory(name, value.data, value));
    else throw new TypeError(`${name} is not in memory`);
  }
  return { texts, files };
}

function inMemory(name: string, bytes: Uint8Array, { meta }: InputFile): FormFile {
  const { filename = name, contentType = "application/octet-stream" } = meta ?? {};
  return { name, bytes, filename, contentType };
}

/**
 * Returns a file to be streamed, opened anew for each body. If it cannot be opened, the call fails before its first byte. `broke` is
 * called before the call hears of it, also where reading breaks off.
 */
export function streamedFile(source: UploadSource, broke: () => void = () => {}): InputFile {
  return new InputFile(
    async () => {
      const opened = await source.open();
      if (!opened.ok) {
        broke();
        throw new SourceNotOpened(opened.failure);
      }
      if (opened.value instanceof Readable) return webStream(opened.value.once("error", broke));
      return new Blob([opened.value]).stream();
    },
    { filename: asSent(source.filename) },
  );
}

/** Not `Readable.toWeb`: in Node 20 it throws out of the event loop when a flowing stream is cancelled. */
function webStream(source: Readable): ReadableStream<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        source.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Reads a small file before the call. */
export async function wholeFile(source: UploadSource): Promise<Result<InputFile>> {
  const opened = await source.open();
  if (!opened.ok) return opened;
  try {
    const bytes = opened.value instanceof Readable ? await buffer(opened.value) : opened.value;
    return ok(new InputFile(bytes, { filename: asSent(source.filename) }));
  } catch (error) {
    return failed(
      carriedFailure(error) ?? failure("r2_interrupted", `reading the object broke off: ${error}`),
    );
  }
}

/** Returns the length in bytes of the multipart body with the file: all but the file, measured, plus `source.bytes`. */
export async function bodyBytes(request: SendRequest, source: UploadSource): Promise<number> {
  const empty = new InputFile(new Uint8Array(0), { filename: asSent(source.filename) });
  const { body } = await encodeForm(fieldsOf(request, empty));
  let around = 0;
  for await (const chunk of body() as ReadableStream<Uint8Array>) around += chunk.byteLength;
  return around + source.bytes;
}
