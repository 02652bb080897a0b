import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { NOT_FOUND, UNAUTHORIZED } from "./api-error.ts";
import { isTokenForm } from "./bots.ts";
import { errorAnswer, writeAnswer } from "./http-answer.ts";
import type { BotApiWorld } from "./world.ts";

const NOT_KEPT = { code: 404, description: "Not Found: the sandbox does not keep the content of this file" };

/**
 * Serves `/file/bot<token>/<path>`: the received bytes, whichever size of a photo is requested. The content of files above
 * 20 MiB, of thumbnails and of the oldest of many is not kept: 404 with a text that says so.
 */
export async function download(
  response: ServerResponse,
  token: string,
  path: string,
  world: BotApiWorld,
): Promise<void> {
  if (!isTokenForm(token)) return void writeAnswer(response, errorAnswer(NOT_FOUND));
  if (!world.bots.byToken(token)) return void writeAnswer(response, errorAnswer(UNAUTHORIZED));
  const thumbnail = /^thumbnails\/file_\d+\.jpg$/.test(path);
  const file = world.files.atPath(path);
  if (!file && !thumbnail) return void writeAnswer(response, errorAnswer(NOT_FOUND));
  const content = file ? world.contents.open(file.sha256) : null;
  if (content === null) return void writeAnswer(response, errorAnswer(NOT_KEPT));
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": String(content.bytes),
  });
  await pipeline(content.stream, response).catch(() => response.destroy());
}
