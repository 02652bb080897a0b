import { inspect } from "../config/inspect.ts";
import { type Finding, GROUPS } from "../doctor/check.ts";
import { CHECKS } from "../doctor/checks.ts";
import { examine } from "../doctor/examine.ts";
import { REACH_MS, STALL_MS } from "../doctor/http.ts";
import { systemClock } from "../domain/clock.ts";
import { ok } from "../domain/result.ts";
import { redactor } from "../domain/secret.ts";
import type { BotToSetUp, Examiner } from "../init/asker.ts";
import { openBot } from "../telegram/client.ts";
import { openUpdates } from "../telegram/updates.ts";
import { openDispatcher } from "./dispatcher.ts";
import { openExamination } from "./doctor.ts";

export interface ExaminerOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Where `.env` and prewarm.config.json are looked for. */
  readonly folder: string;
  /** A row of the documentation about a check. */
  readonly docs: (id: string) => string;
}

/** An {@link Examiner} that is to be closed. */
export interface OpenExaminer extends Examiner {
  close(): Promise<void>;
}

/** Tries answers by the checks of `check-env`, each time with all that is known by then. Connects nothing yet. */
export function openExaminer({ env, folder, docs }: ExaminerOptions): OpenExaminer {
  const { draft, values } = inspect({}, env, folder);
  const dispatcher = openDispatcher(draft.proxy, { connectMs: REACH_MS });
  const given = new Map(
    values.flatMap((value) => {
      const origin = value.given[0]?.origin ?? "default";
      return origin === "default" ? [] : [[variableOf(origin, value.name), origin] as const];
    }),
  );
  return {
    clock: systemClock(draft.timeScale),
    given,
    examine: (answers, ids) => findingsOf({ ...env, ...answers }, { folder, docs, ids }),
    bot: (answers) => askedBot({ ...env, ...answers }, folder, dispatcher),
    close: () => dispatcher.destroy(),
  };
}

/** The variable that a value really stands in: an account may be told by R2_ENDPOINT, a secret by the name of a file. */
function variableOf(origin: string, name: string): string {
  return /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.exec(origin)?.[0].replace(/_FILE$/, "") ?? name;
}

interface FindingsWish {
  readonly folder: string;
  readonly docs: (id: string) => string;
  /** Of the checks; none for all of them. */
  readonly ids: readonly string[];
}

async function findingsOf(
  env: NodeJS.ProcessEnv,
  { folder, docs, ids }: FindingsWish,
): Promise<readonly Finding[]> {
  const { context, redact, close } = await openExamination({ flags: {}, env, folder, probing: false });
  const isWanted = ({ id }: { readonly id: string }) => ids.length === 0 || ids.includes(id);
  const groups = GROUPS.filter((group) => CHECKS.some((check) => check.group === group && isWanted(check)));
  try {
    const { findings } = await examine(context, { checks: CHECKS, groups, docs, tell: () => {} });
    return findings.filter(isWanted).map((finding) => ({
      ...finding,
      found: redact(finding.found),
      next: finding.next === null ? null : redact(finding.next),
    }));
  } finally {
    await close();
  }
}

/** Any chat: a bot is complete only with one. */
const SOME_CHAT = "-1001234567890";

function askedBot(
  env: NodeJS.ProcessEnv,
  folder: string,
  dispatcher: ReturnType<typeof openDispatcher>,
): BotToSetUp | null {
  const { draft, secrets } = inspect({}, { ...env, WARMUP_CHAT_ID: SOME_CHAT }, folder);
  const [bot] = draft.bots;
  if (bot === undefined) return null;
  const options = {
    token: bot.token.reveal(),
    apiRoot: draft.apiRoot,
    dispatcher,
    clock: systemClock(),
    redact: redactor(secrets),
    stallMs: STALL_MS,
    answerMs: STALL_MS,
  };
  const client = openBot({ ...options, slug: bot.slug });
  return {
    updates: openUpdates(options),
    async username() {
      const me = await client.getMe();
      return me.ok ? ok(me.value.username) : me;
    },
  };
}
