import type { Emitter } from "../domain/events.ts";

/** Hears what is told before anybody listens to events. */
export type EarlyListener = (level: "warn" | "info", text: string) => void;

/** What a ledger tells: while it is opened to `early`, where that is given, as notices from `end` on. */
export function toldEarly(
  events: Emitter,
  early: EarlyListener | undefined,
): { readonly tell: EarlyListener; end(): void } {
  const notice: EarlyListener = (level, text) => events.emit("notice", { level, text });
  let heard = early ?? notice;
  return {
    tell: (level, text) => heard(level, text),
    end: () => {
      heard = notice;
    },
  };
}
