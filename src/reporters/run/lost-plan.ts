import type { LostForecast } from "../../domain/work-forecast.ts";
import { count, duration } from "../format.ts";

/** What would be done about lost answers, as `--dry-run --json` has it. */
export function lostPlanFields({ lookAt, ...lost }: LostForecast) {
  return {
    calls: lost.calls,
    look: lost.look,
    messages: lost.messages,
    look_calls: lost.lookCalls,
    eta_seconds: lost.etaSeconds,
    later: lost.later,
    look_at: lookAt === null ? undefined : new Date(lookAt).toISOString(),
    sent: lost.sent,
    unchecked: Object.values(lost.unchecked).reduce((sum, times) => sum + times, 0),
    unchecked_why: lost.unchecked,
  };
}

/** The same for people: how many calls were lost, and what would be done about their objects, a line each. */
export function lostPlanLines(lost: LostForecast): string[] {
  const { calls, look, messages, lookCalls, etaSeconds, later, lookAt, sent, unchecked } = lost;
  const amount = `at most ${plural(messages, "message")}, ${plural(lookCalls, "call")}, about ${duration(etaSeconds * 1000)}`;
  const from = lookAt === null ? "" : new Date(lookAt).toISOString();
  return [
    plural(calls, "call"),
    ...(look > 0
      ? [`${objects(look)} looked for (${amount}), and sent only where proved not to be there`]
      : []),
    ...(later > 0
      ? [`${objects(later)} left, since messages may still come; all can be looked at from ${from}`]
      : []),
    ...(sent > 0 ? [`${objects(sent)} sent, proved not to be there`] : []),
    ...Object.entries(unchecked).map(([why, times]) => `${objects(times)} sent unchecked: ${why}`),
  ];
}

function objects(number: number): string {
  return plural(number, "object");
}

function plural(number: number, name: string): string {
  return number === 1 ? `1 ${name}` : `${count(number)} ${name}s`;
}
