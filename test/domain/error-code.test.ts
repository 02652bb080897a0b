import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { errorCode, innermostError } from "../../src/domain/error-code.ts";

const coded = (code: unknown, cause?: unknown) => Object.assign(new Error("secret", { cause }), { code });

/** A port that nothing listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("the code of an error", () => {
  it.each([
    ["its own", coded("ENOENT"), "ENOENT"],
    ["its cause's before its own", coded("EFETCH", coded("ECONNREFUSED")), "ECONNREFUSED"],
    ["its own when the cause has none", coded("EFETCH", new Error("other side closed")), "EFETCH"],
    ["that of the first address tried", new AggregateError([coded("ETIMEDOUT"), coded("X")]), "ETIMEDOUT"],
    ["that of the cause of an aggregate", new Error("x", { cause: new AggregateError([coded("A")]) }), "A"],
    ["that of an aggregate without errors", Object.assign(new AggregateError([]), { code: "B" }), "B"],
    ["none where it is a number, as a DOMException's is", coded(20), null],
    ["none of an error without one", new Error("secret"), null],
    ["none of what is no error", { code: "ENOENT" }, null],
  ])("is %s", (_what, error, code) => {
    expect(errorCode(error)).toBe(code);
  });

  it("is found below what fetch throws for a port that nothing listens on", async () => {
    const error = await fetch(`http://localhost:${await closedPort()}`).catch((thrown: unknown) => thrown);
    expect(errorCode(error)).toBe("ECONNREFUSED");
  });
});

describe("the innermost error", () => {
  it("is the first of an aggregate, and the end of a chain of causes", () => {
    const inner = coded("ECONNRESET");
    expect(innermostError(new Error("outer", { cause: new AggregateError([inner, coded("X")]) }))).toBe(
      inner,
    );
    expect(innermostError(inner)).toBe(inner);
    expect(innermostError("text")).toBe("text");
  });
});
