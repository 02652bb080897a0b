import { type adviserOf, retryWords, stepBeside } from "../domain/advice.ts";
import { nextStep } from "../domain/failure.ts";

/** What to do about a row that another program left, which has no reason. */
export function foreignStep(state: "failed" | "unknown", adviser: ReturnType<typeof adviserOf>): string {
  if (state === "unknown") return nextStep("answer_lost", adviser);
  const step =
    typeof adviser === "string"
      ? `\`${stepBeside("prewarm run --only failed", adviser)}\``
      : retryWords(adviser, "failed");
  return `${step} tries them again`;
}
