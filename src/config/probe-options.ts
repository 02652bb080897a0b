import { list, wholeNumber } from "./parse.ts";
import { Problems } from "./problems.ts";

/** The flags of `prewarm probe` that are no configuration, as commander has them. */
export interface ProbeOptionFlags {
  readonly yes?: boolean | undefined;
  readonly only?: readonly string[] | undefined;
  readonly again?: boolean | undefined;
  readonly maxMessages?: string | undefined;
  readonly report?: string | undefined;
  readonly bot?: readonly string[] | undefined;
}

/** The flags of `prewarm probe` that are no configuration, checked. */
export interface ProbeWish {
  /** The bot that was named first; null for the first there is. */
  readonly bot: string | null;
  /** Without it nothing is sent. */
  readonly yes: boolean;
  /** Ids of experiments; null for all. */
  readonly only: readonly string[] | null;
  /** Also what is known is found out once more. */
  readonly again: boolean;
  /** Messages that are posted at the most. */
  readonly maxMessages: number;
  /** Where the report is written. */
  readonly report: string | null;
}

const MESSAGES = 150;

/** Reads the flags. Throws ConfigError with everything that is wrong with them. */
export function readProbeOptions({
  yes,
  only,
  again,
  maxMessages,
  report,
  bot,
}: ProbeOptionFlags): ProbeWish {
  const problems = new Problems();
  const most =
    maxMessages === undefined
      ? MESSAGES
      : problems.parse(`--max-messages "${maxMessages}":`, () => wholeNumber(1)(maxMessages), MESSAGES);
  if (report === "") problems.add("--report is empty: give it the name of a file, or leave it out");
  problems.throwIfAny();
  return {
    bot: bot?.[0]?.split(",")[0]?.trim() ?? null,
    yes: yes === true,
    only: only === undefined ? null : only.flatMap(list),
    again: again === true,
    maxMessages: most,
    report: report ?? null,
  };
}
