import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** A call on its way to a Bot API server. */
export interface FrontCall {
  readonly method: string;
  /** Null for a method without one. */
  readonly chat: string | null;
  readonly body: Buffer;
}

/** What is answered instead of the server: JSON for an object, HTML for a text. */
export interface FrontAnswer {
  readonly status: number;
  readonly body: object | string;
}

/** The refusal of a Bot API server in these words. */
export function refusal(description: string, status = 400, parameters?: object): FrontAnswer {
  const more = parameters ? { parameters } : {};
  return { status, body: { ok: false, error_code: status, description, ...more } };
}

/** Stands in front of a Bot API server, as a proxy does, and answers what `rule` says; all else is passed on. Ends with the test. */
export async function frontOf(
  target: string,
  rule: (call: FrontCall) => FrontAnswer | null,
): Promise<{ readonly url: string; readonly calls: readonly FrontCall[] }> {
  const calls: FrontCall[] = [];
  const server = createServer((incoming, outgoing) => {
    void buffer(incoming).then((body) => {
      const call = { method: incoming.url?.split("/").at(-1) ?? "", chat: chatIn(body), body };
      calls.push(call);
      const answer = rule(call);
      if (answer) {
        const isText = typeof answer.body === "string";
        outgoing.writeHead(answer.status, { "content-type": isText ? "text/html" : "application/json" });
        outgoing.end(isText ? answer.body : JSON.stringify(answer.body));
        return;
      }
      const options = { method: incoming.method, headers: incoming.headers };
      const onward = forward(new URL(incoming.url ?? "", target), options, (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(outgoing);
      });
      onward.on("error", () => outgoing.destroy());
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

/** Of a form, or of the parts before the file. */
function chatIn(body: Buffer): string | null {
  const text = body.toString("latin1");
  const found =
    /name="chat_id"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]+)/.exec(text) ??
    /(?:^|[&"{])chat_id"?[=:]"?([^&",}]+)/.exec(text);
  return found?.[1] === undefined ? null : decodeURIComponent(found[1]);
}
