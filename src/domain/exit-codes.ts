/** What each exit code means to whoever called a command. */
export const EXIT_CODES: readonly { readonly codes: readonly number[]; readonly means: string }[] = [
  { codes: [0], means: "done, or nothing to do" },
  { codes: [1], means: "unexpected error, or a server out of reach" },
  {
    codes: [2],
    means:
      "usage or configuration; a ledger that another process writes to, or belongs to another bot or bucket",
  },
  { codes: [3], means: "finished, but some items failed or are unknown" },
  {
    codes: [4],
    means:
      "credentials or permission: token, chat rights, bucket; also when one of several bots has no lane left (the last table and `bots_out` name it)",
  },
  { codes: [5], means: "stopped by a budget (`--max-duration`, `--max-failures`); run again to go on" },
  { codes: [99], means: "`prewarm bench`: a gate was crossed, or the baseline not held" },
  {
    codes: [129, 130, 143, 149],
    means: "stopped by SIGHUP (its terminal went away), SIGINT, SIGTERM, SIGBREAK: how a worker ends",
  },
];
