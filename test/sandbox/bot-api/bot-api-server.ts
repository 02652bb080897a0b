import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { onTestFinished } from "vitest";
import type { BotApiOptions } from "../../../src/sandbox/bot-api/options.ts";
import { type BotApiServer, startBotApiServer } from "../../../src/sandbox/bot-api/server.ts";

export const TOKEN = "1001:AAE-first_bot";
export const OTHER_TOKEN = "1002:AAE-second_bot";
export const CHANNEL = -1001;

/** A server with two bots and a chat of each type; closed after the test. */
export async function start(more: Partial<BotApiOptions> = {}): Promise<BotApiServer> {
  const server = await startBotApiServer({
    bots: [
      { token: TOKEN, username: "first_bot" },
      { token: OTHER_TOKEN, username: "second_bot" },
    ],
    chats: [
      { id: CHANNEL, type: "channel", title: "Warmup", username: "warmup_channel" },
      { id: -2, type: "group", title: "Group" },
      { id: -1003, type: "supergroup", title: "Supergroup", members: ["first_bot"] },
      { id: 77, type: "private", title: "Ada" },
    ],
    ...more,
  });
  onTestFinished(() => server.close());
  return server;
}

interface Media {
  readonly file_id: string;
  readonly file_unique_id: string;
  readonly file_size: number;
  readonly width: number;
  readonly height: number;
  readonly duration: number;
  readonly mime_type: string;
  readonly file_name: string;
  readonly thumbnail: Media;
}

type Kind = "video" | "animation" | "audio" | "voice" | "document" | "sticker";

/** Any `result`: members that an answer does not have are undefined, which the tests then see. */
export interface Result extends Readonly<Record<Kind, Media>> {
  readonly photo: readonly Media[];
  readonly message_id: number;
  readonly file_path: string;
  readonly status: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly ok: boolean;
  readonly result: Result;
  readonly description: string | undefined;
  readonly parameters: Record<string, number> | undefined;
}

/** One call; `body` goes as JSON unless it is a form. */
export async function call(
  server: BotApiServer,
  method: string,
  body: FormData | Record<string, unknown> = {},
  token = TOKEN,
): Promise<ApiAnswer> {
  const form = body instanceof FormData;
  const response = await fetch(`${server.url}/bot${token}/${method}`, {
    method: "POST",
    body: form ? body : JSON.stringify(body),
    headers: form ? {} : { "content-type": "application/json" },
  });
  const answer = (await response.json()) as Omit<ApiAnswer, "status" | "headers">;
  return { ...answer, status: response.status, headers: response.headers };
}

/** A multipart form of texts and files. */
export function form(fields: Record<string, string | number | File>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    data.set(name, value instanceof File ? value : String(value));
  }
  return data;
}

/** Bytes as a file of that name. */
export function file(bytes: Uint8Array | string, name: string): File {
  return new File([typeof bytes === "string" ? bytes : new Uint8Array(bytes)], name);
}

/** A file of `fixtures/media`, under its own name or another. */
export async function fixture(path: string, name = basename(path)): Promise<File> {
  return file(await fixtureBytes(path), name);
}

export function fixtureBytes(path: string): Promise<Buffer> {
  return readFile(new URL(`../../../fixtures/media/${path}`, import.meta.url));
}

/** The beginning of a PNG of these dimensions: all that the server looks at. */
export function png(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.write("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}
