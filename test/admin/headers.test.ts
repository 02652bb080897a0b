import { describe, expect, it, onTestFinished } from "vitest";
import { ADMIN, AUTHORIZED, serve, worker } from "./worker.ts";

/** What is not there, not allowed, not JSON, broken, and what is fine. */
const ASKED: readonly (readonly [method: string, path: string, body?: string])[] = [
  ["GET", "/"],
  ["GET", "/healthz"],
  ["GET", "/metrics"],
  ["GET", `${ADMIN}/status`],
  ["GET", `${ADMIN}/lookup?key=none.jpg`],
  ["POST", `${ADMIN}/enqueue`, "no JSON"],
  ["POST", `${ADMIN}/control`, '{"action":"none"}'],
  ["DELETE", `${ADMIN}/control`],
  ["OPTIONS", `${ADMIN}/enqueue`],
  ["GET", "/none"],
];

const OF_OTHERS = { origin: "https://evil.example", "access-control-request-method": "POST" };

describe("every answer, to whoever asks and whatever for,", () => {
  it.each([
    ["with the token", { ...AUTHORIZED }],
    ["with another one", { authorization: "Bearer none" }],
    ["from the page of another site", { ...AUTHORIZED, ...OF_OTHERS }],
  ])(
    "is kept by no cache and taken for nothing else, and opens to no other site (%s)",
    async (_, headers) => {
      const parts = worker();
      parts.view.ids.fileIds = () => Promise.reject(new Error("a bug"));
      const server = await serve(parts);
      onTestFinished(() => server.close());
      for (const [method, path, body] of ASKED) {
        const answer = await fetch(server.url + path, {
          method,
          headers,
          ...(body === undefined ? {} : { body }),
        });
        const said = Object.fromEntries(answer.headers);
        expect([path, said]).toEqual([
          path,
          expect.objectContaining({
            "cache-control": expect.stringMatching(/no-store|private/),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
          }),
        ]);
        expect(
          Object.keys(said).filter((name) => /^(access-control|set-cookie|server$|x-powered)/.test(name)),
        ).toEqual([]);
        expect(await answer.text()).not.toMatch(/a bug|\bat .*\.ts/);
      }
    },
  );

  it("is no page that others may frame, and its script and style are those that it came with", async () => {
    const server = await serve(worker());
    onTestFinished(() => server.close());
    const { headers } = await fetch(server.url);
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  });
});
