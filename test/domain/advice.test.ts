import { describe, expect, it } from "vitest";
import { type Adviser, adviserOf, retryLine, stepBeside } from "../../src/domain/advice.ts";
import { nextStep } from "../../src/domain/failure.ts";
import { REASONS, type Reason } from "../../src/domain/reasons.ts";

const ALL = Object.keys(REASONS) as Reason[];
const DOOR = { url: "http://127.0.0.1:3000", guarded: false };

describe("advice while a worker holds the ledger", () => {
  it.each<Adviser>(["page", "api", DOOR])(
    "names no command that it would refuse, nor a run's flags (%j)",
    (who) => {
      const refused = /prewarm run|run again|--only|--force|--retry-weak-id|--as\b|\{again\}/;
      expect(ALL.map((reason) => nextStep(reason, who)).filter((text) => refused.test(text))).toEqual([]);
    },
  );

  it("is where the reader of each is", () => {
    expect(nextStep("answer_lost", "page")).toMatch(/^“Try again” looks for its message first/);
    expect(nextStep("answer_lost", "api")).toMatch(/^`POST .*\/retry` looks for its message first/);
    expect(nextStep("answer_lost", DOOR)).toMatch(
      /^the button on http:\/\/127\.0\.0\.1:3000\/ or `curl .*status=unknown"` looks for its message first/,
    );
    expect(nextStep("answer_lost", { ...DOOR, brief: true })).toMatch(
      /^the button on http:\/\/127\.0\.0\.1:3000\/ looks for its message first/,
    );
    expect(nextStep("short_unique_id", DOOR)).toContain("status=weak");
    expect(nextStep("file_id_dead", DOOR)).toContain("status=failed");
    expect(nextStep("answer_lost")).toMatch(/^`prewarm run --only unknown` looks for its message first/);
  });

  it("says where the token comes from, where one is asked for", () => {
    expect(retryLine(DOOR, "unknown")).toBe(
      'curl -sS -X POST -H content-type:application/json "http://127.0.0.1:3000/api/admin/media/prewarm/retry?status=unknown"',
    );
    expect(retryLine({ ...DOOR, guarded: true }, "failed")).toBe(
      'curl -sS -X POST -H "authorization: Bearer $ADMIN_API_TOKEN" "http://127.0.0.1:3000/api/admin/media/prewarm/retry?status=failed"',
    );
  });
});

describe("a step beside whoever holds the ledger", () => {
  it("is the command itself where nobody does", () => {
    expect(adviserOf(null)).toBe("run");
    expect(stepBeside("prewarm run --only unknown", "run")).toBe("prewarm run --only unknown");
  });

  it("waits for a run to end", () => {
    const adviser = adviserOf({ admin: null, guarded: false });
    expect(stepBeside("prewarm run --only weak", adviser)).toBe(
      "when the run that holds the ledger has ended: prewarm run --only weak",
    );
    expect(nextStep("answer_lost", adviser)).toMatch(
      /^when the run .* has ended: `prewarm run --only unknown`/,
    );
    expect(nextStep("object_denied", adviser)).toBe(nextStep("object_denied"));
  });

  it("is what the worker that holds it can do", () => {
    const adviser = adviserOf({ admin: DOOR.url, guarded: false });
    expect(stepBeside("prewarm run --only failed,unknown", adviser)).toBe(retryLine(DOOR, "unknown"));
    expect(stepBeside("prewarm run --sandbox --only failed", adviser)).toBe(retryLine(DOOR, "failed"));
    expect(stepBeside("prewarm run --only weak", adviser)).toBe(retryLine(DOOR, "weak"));
    expect(stepBeside("prewarm run --transfer upload", adviser)).toBe(
      "end the worker, then: prewarm worker --transfer upload",
    );
    expect(stepBeside("prewarm run", adviser)).toBe("open http://127.0.0.1:3000/");
    expect(stepBeside("df -h /", adviser)).toBe("df -h /");
  });
});
