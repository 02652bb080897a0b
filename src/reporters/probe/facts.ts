import type { ConformOutcome } from "../../probe/conform.ts";

/** A fact as a line of `--json`. */
export function factLine({ fact, status, says }: ConformOutcome) {
  return {
    type: "fact",
    id: fact.id,
    rule: fact.rule,
    origin: fact.origin,
    status: status === "unpaid" ? "budget" : status,
    differs: says,
  };
}

/** What came of all facts, as the last line says it. */
export function factSummaryLine(
  outcomes: readonly Pick<ConformOutcome, "status">[],
  { exitCode, posted, left }: { readonly exitCode: number; readonly posted: number; readonly left: number },
) {
  const count = (status: ConformOutcome["status"]) =>
    outcomes.filter((each) => each.status === status).length;
  return {
    type: "summary",
    total: outcomes.length,
    same: count("same"),
    differs: count("differs"),
    not_played: count("not_played"),
    open: count("open"),
    budget: count("unpaid"),
    stopped: count("stopped"),
    messages_posted: posted,
    messages_left: left,
    exit_code: exitCode,
  };
}
