import type { UndiciHttpHandler } from "@smithy/undici-http-handler";
import { isPage } from "./said.ts";

/** The SDK reads a well-formed web page as an empty listing: such an answer becomes an error that keeps it. */
export function withoutPages(handler: UndiciHttpHandler): UndiciHttpHandler {
  const handle: UndiciHttpHandler["handle"] = async (...args) => {
    const answer = await handler.handle(...args);
    const { statusCode, headers } = answer.response;
    if (statusCode >= 300 || !isPage(headers["content-type"], "")) return answer;
    throw Object.assign(new Error("a web page"), {
      $metadata: { httpStatusCode: statusCode },
      $response: answer.response,
    });
  };
  return Object.assign(Object.create(handler) as UndiciHttpHandler, { handle });
}
