import { describe, expect, it } from "vitest";
import type { Found } from "../../src/ledgers/port.ts";
import { type DecideRules, decide } from "../../src/pipeline/decide.ts";

const error = (cls: "media" | "transient" | "object" | null, settings = "same") => ({
  class: cls,
  reason: null,
  message: "",
  settings,
  retryAt: null,
});
const found = (state: Found["state"], more: Partial<Found> = {}): Found => ({
  content: "c",
  state,
  keyKnown: true,
  stored: null,
  error: null,
  ...more,
});

const NOW = 1_800_000_000_000;
const RULES: DecideRules = { force: false, retryWeak: false, only: null, waits: false };
const FACTS = { settings: "same", now: NOW };

const FOUND = {
  none: found("none"),
  unknown: found("unknown"),
  transient: found("error", { error: error("transient") }),
  object: found("error", { error: error("object") }),
  notYet: found("error", { error: { ...error("transient"), retryAt: NOW + 1 } }),
  due: found("error", { error: { ...error("transient"), retryAt: NOW } }),
  foreign: found("error", { error: error(null) }),
  permanent: found("error", { error: error("media") }),
  otherSettings: found("error", { error: error("media", "other") }),
  ready: found("ready"),
  newKey: found("ready", { keyKnown: false }),
  weak: found("weak"),
  underWay: found("under_way"),
};
type Name = keyof typeof FOUND;

const RUNS: Record<string, Partial<DecideRules>> = {
  run: {},
  worker: { waits: true },
  workerForce: { waits: true, force: true },
  retryWeak: { retryWeak: true },
  force: { force: true },
  unknown: { only: ["unknown"] },
  failed: { only: ["failed"] },
  weak: { only: ["weak"] },
  all: { only: ["unknown", "failed", "weak"] },
};

/** One letter a decision: warm, replace, skip, leave, ignore; columns are those of FOUND. */
const TABLE: Record<string, string> = {
  //   none unknown transient object notYet due foreign permanent otherSettings ready newKey weak underWay
  run: "wlwwwwwlwssss",
  worker: "wlwwlwwlwssss",
  workerForce: "wwwwwwwwwrrrs",
  retryWeak: "wlwwwwwlwssrs",
  force: "wwwwwwwwwrrrs",
  unknown: "iwiiiiiiiiiii",
  failed: "iiwwwwwwwiiii",
  weak: "iiiiiiiiiiiri",
  all: "iwwwwwwwwiiri",
};

describe("the state table", () => {
  const cells = Object.entries(TABLE).flatMap(([run, letters]) =>
    (Object.keys(FOUND) as Name[]).map((state, i) => ({ run, state, wanted: letters[i] })),
  );

  it.each(cells)("$run of $state: $wanted", ({ run, state, wanted }) => {
    const decision = decide(FOUND[state], { ...RULES, ...RUNS[run] }, FACTS);
    const letter = decision.do === "warm" && decision.replace ? "r" : decision.do[0];
    expect(letter).toBe(wanted);
  });

  it("has what is unknown looked for before it is sent again, unless forced", () => {
    const only = { ...RULES, only: ["unknown"] as const };
    expect(decide(FOUND.unknown, only, FACTS)).toMatchObject({
      do: "warm",
      evenInDoubt: "looked_for",
      isLost: true,
    });
    const forced = decide(FOUND.unknown, { ...only, force: true }, FACTS);
    expect(forced).toEqual({ do: "warm", replace: false, evenInDoubt: "always" });
  });

  it.each([
    ["ready", { do: "skip", reason: "already_ready" }],
    ["newKey", { do: "skip", reason: "duplicate_content" }],
    ["weak", { do: "skip", reason: "weak_kept" }],
    ["underWay", { do: "skip", reason: "in_flight_elsewhere" }],
    ["unknown", { do: "leave", status: "unknown" }],
    ["permanent", { do: "leave", status: "failed" }],
  ] as const)("says why it does not warm what is %s", (state, decision) => {
    expect(decide(FOUND[state], RULES, FACTS)).toEqual(decision);
  });
});
