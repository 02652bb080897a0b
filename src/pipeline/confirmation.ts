import type { Failure } from "../domain/failure.ts";
import type { Task } from "../domain/task.ts";
import type { Confirmation } from "../ledgers/port.ts";
import type { Outcome } from "./outcome.ts";
import { classifyStored } from "./stored-kind.ts";

/** What is stored of a try that was sent, and why its id is weak where it is; `bots` are those that are to have the object. */
export function confirmationOf(
  task: Task,
  { sent, content, mime, shown }: Extract<Outcome["result"], { type: "sent" }>,
  bots: readonly string[],
): { readonly confirmation: Confirmation; readonly weakness: Failure | null } {
  const { stored, asked, weakness } = classifyStored(task.kind, sent, task.entry.key);
  const { width, height, duration } = sent;
  const { replace } = task;
  const seen = mime ?? sent.mime;
  return {
    confirmation: {
      content,
      stored,
      asked,
      weakness,
      shown,
      replace,
      bots,
      mime: seen,
      width,
      height,
      duration,
    },
    weakness,
  };
}
