/** What a command can end with before or beside its work: stable, public, each with what to do where its text does not say it. */
export const ERROR_REASONS = {
  usage: "`prewarm help` lists commands and pages, `prewarm help run` the flags of a command",
  config_missing:
    "`prewarm init` asks for what is missing; `prewarm check-env` says where each value comes from",
  config_invalid: "`prewarm check-env` says where each value comes from, and what is wrong with it",
  needs_yes: "the same with --yes",
  ledger_unusable: "`prewarm check-env --only ledger` says what is wrong with it",
  ledger_failed: "`prewarm check-env --only ledger` says what is wrong with it; then run it again",
  unexpected: "please report it, with the lines on stderr",
} as const;

export type ErrorReason = keyof typeof ERROR_REASONS;
