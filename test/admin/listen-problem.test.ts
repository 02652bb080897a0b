import { expect, it } from "vitest";
import { problemOf } from "../../src/admin/server.ts";

const refused = Object.assign(new Error("listen EACCES"), { code: "EACCES" });

it("a port that the user may not have is told from one that the system keeps", () => {
  expect(problemOf(refused, "127.0.0.1", 80)).toBe(
    "this user may not listen on port 80; choose one above 1023 with --port",
  );
  const kept = problemOf(refused, "127.0.0.1", 3000);
  expect(kept).toMatch(
    /^port 3000 is reserved by this system.*excludedportrange.*choose another with --port$/,
  );
  expect(kept).not.toContain("1023");
});
