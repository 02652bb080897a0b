import type { IncomingMessage, ServerResponse } from "node:http";
import { applyControl, type Beginning } from "./control.ts";
import { type HttpAnswer, jsonAnswer, writeAnswer } from "./http-answer.ts";
import { truthOf } from "./truth.ts";
import type { BotApiWorld } from "./world.ts";

const ORDER_BYTES = 1 << 20;

/** Serves `/sandbox/truth`, `/sandbox/calls` and `/sandbox/control`; a bad order gets 400 with the reason. */
export async function serveSandbox(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  world: BotApiWorld,
  beginning: Beginning,
): Promise<void> {
  const answer = await answerOf(request, path, world, beginning);
  request.resume();
  writeAnswer(response, answer);
}

async function answerOf(
  request: IncomingMessage,
  path: string,
  world: BotApiWorld,
  beginning: Beginning,
): Promise<HttpAnswer> {
  switch (`${request.method} ${path}`) {
    case "GET /sandbox/truth":
      return jsonAnswer(200, truthOf(world));
    case "GET /sandbox/calls":
      return jsonAnswer(200, world.calls.list());
    case "POST /sandbox/control":
      return control(request, world, beginning);
    default:
      return problem(404, "there is GET /sandbox/truth, GET /sandbox/calls and POST /sandbox/control");
  }
}

async function control(
  request: IncomingMessage,
  world: BotApiWorld,
  beginning: Beginning,
): Promise<HttpAnswer> {
  let text = "";
  request.setEncoding("utf8");
  for await (const chunk of request) {
    text += chunk;
    if (text.length > ORDER_BYTES) return problem(413, "an order is at most 1 MiB");
  }
  let order: unknown;
  try {
    order = JSON.parse(text);
  } catch {
    return problem(400, "the body is not JSON");
  }
  const wrong = applyControl(order, world, beginning);
  return wrong === null ? jsonAnswer(200, { ok: true }) : problem(400, wrong);
}

function problem(status: number, error: string): HttpAnswer {
  return jsonAnswer(status, { ok: false, error });
}
