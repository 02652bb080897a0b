import type { ManifestFormat, Order, Selection, TransferMode } from "../domain/choices.ts";
import type { EventMap, EventName, StopCause } from "../domain/events.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Resolved } from "../domain/resolved.ts";
import type { WorkPlan } from "../domain/work-forecast.ts";
import type { Percentiles } from "../figures/snapshot.ts";

/** Milliseconds, or a text such as `90s` or `5m`. */
type Time = number | string;
type OneOrMore<T> = T | readonly T[];

/** What is called as a run goes on, by the event's name. An error that a listener throws ends no run: `prewarm` rejects with it afterwards. */
export type RunListeners = {
  readonly [N in EventName]?: ((event: EventMap[N]) => void) | undefined;
};

/**
 * The settings and flags of `prewarm run` under their own names. What is not given comes from `env`, then from `.env` and
 * prewarm.config.json in `folder`, then it has the default of `prewarm run`. Problems are reported by the name of the flag.
 */
export interface PrewarmOptions {
  /** S3 endpoint of R2; that of `accountId` where only the account is given. */
  readonly endpoint?: string | undefined;
  readonly accountId?: string | undefined;
  readonly bucket?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  /** Of a Bot API server; `https://api.telegram.org` by default. */
  readonly apiRoot?: string | undefined;
  /** It is your own and in local mode: 2000 MB instead of 50. */
  readonly apiLocal?: boolean | undefined;
  /** Telegram's test environment, with its own accounts and bots. */
  readonly testEnvironment?: boolean | undefined;
  readonly botToken?: string | undefined;
  /** The bot's name in the ledger, or which bots of prewarm.config.json. */
  readonly bot?: OneOrMore<string> | undefined;
  /** Warmup chats: numeric ids or @usernames. Each is a lane. */
  readonly chats?: OneOrMore<string | number> | undefined;
  /** Transfers at once; 5 by default. */
  readonly concurrency?: number | undefined;
  /** Objects read ahead; 0 lists everything first; 500 by default. */
  readonly maxQueue?: number | undefined;
  readonly retryWeakId?: boolean | undefined;
  /** `sqlite:<path>`; `sqlite:prewarm.db` by default. */
  readonly ledger?: string | undefined;
  readonly pace?: "adaptive" | "documented" | `${number}/min` | undefined;
  readonly botPace?: "none" | `${number}/s` | undefined;
  /** Several media in one message: where that is proved (`auto`, the default), never, or at most so many. */
  readonly pack?: "auto" | "off" | number | undefined;
  readonly answerTimeout?: Time | undefined;
  readonly stallTimeout?: Time | undefined;
  /** Memory for objects that are read while others are sent: bytes, or a text such as `64MiB`; 0 for none. */
  readonly readAhead?: number | string | undefined;
  /** Gives each warmup message a caption of ten letters, by which it is found when its answer was lost; true by default. */
  readonly tag?: boolean | undefined;
  /** How long after a call whose answer was lost its message may still appear; 10m by default. */
  readonly lookAfter?: Time | undefined;
  /** How many times faster than real time the run's clock goes; for a sandbox. */
  readonly timeScale?: number | undefined;
  readonly httpsProxy?: string | undefined;
  readonly httpProxy?: string | undefined;
  readonly noProxy?: string | undefined;

  /** Only keys that begin with this. */
  readonly prefix?: string | undefined;
  /** Path of a file with entries, instead of the bucket's listing. */
  readonly manifest?: string | undefined;
  /** By default the manifest's extension says it. */
  readonly manifestFormat?: ManifestFormat | undefined;
  /** Only keys that match one of these globs. */
  readonly include?: OneOrMore<string> | undefined;
  /** No keys that match one of these globs, whatever else matches. */
  readonly exclude?: OneOrMore<string> | undefined;
  /** Only objects of this kind. */
  readonly kind?: MediaKind | undefined;
  /** Sends everything as this kind. */
  readonly as?: MediaKind | undefined;
  /** What the ledger holds in these states. */
  readonly only?: OneOrMore<Selection> | undefined;
  /** Also what is ready; old ids serve until the new ones are confirmed. */
  readonly force?: boolean | undefined;
  /** Warms at most this many objects, then stops. */
  readonly limit?: number | undefined;
  /** Exits with 0 where a prefix, pattern or kind matches no key; otherwise that is a mistake (2). */
  readonly allowEmpty?: boolean | undefined;
  /** Within the queue; `small` by default. */
  readonly order?: Order | undefined;
  readonly transfer?: TransferMode | undefined;
  /** Tries after the first, flood waits not counted; 5 by default. */
  readonly retries?: number | undefined;
  /** Gets ids by the messages of this bot, where both are in one chat, and warms only what is not there. */
  readonly adoptFrom?: string | undefined;
  readonly maxDuration?: Time | undefined;
  /** Stops after more failures than this, a number or a share. */
  readonly maxFailures?: number | `${number}%` | undefined;
  /** False: does not try the lanes before listing. */
  readonly preflight?: boolean | undefined;
  /** Removes each warmup message once its file_id is safe. */
  readonly deleteAfter?: boolean | undefined;
  /** Plans only: nothing is sent, no row is changed; see {@link PrewarmResult.plan}. */
  readonly dryRun?: boolean | undefined;

  /** Runs against local stand-ins filled with sample media, ten times faster than real time; reads neither `env` nor `folder`. */
  readonly sandbox?: boolean | undefined;
  readonly events?: RunListeners | undefined;
  /** When it aborts, nothing new begins, and the run ends as soon as the calls under way have finished. */
  readonly signal?: AbortSignal | undefined;
  /** `process.env` by default. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Path of the file that variables are read from, in place of `.env` in `folder`. */
  readonly envFile?: string | undefined;
  /** Path of the file that settings and bots are read from, in place of prewarm.config.json in `folder`. */
  readonly config?: string | undefined;
  /** Where `.env` and prewarm.config.json are read; the working directory by default; null for nowhere. */
  readonly folder?: string | null | undefined;
}

/** How a run ended. Times in milliseconds and rates of the run's own clock, sizes in bytes. */
export interface PrewarmResult {
  /**
   * What `prewarm run` exits with: 0 done, 1 a server is out of reach, 2 the source cannot be read, 3 some items failed or are
   * unknown, 4 credentials or rights, 5 stopped (`signal`, `maxDuration`, `maxFailures`): run again to go on.
   */
  readonly exitCode: number;
  /** Why it ended before its source was used up; null when it did not. */
  readonly cause: StopCause | null;
  /** Items that ended, by status; those left as they were found are among them. */
  readonly total: number;
  readonly ready: number;
  readonly skipped: number;
  readonly weak: number;
  readonly failed: number;
  readonly unknown: number;
  /** Old `failed` and `unknown` rows that this run did not touch. */
  readonly leftFailed: number;
  readonly leftUnknown: number;
  /** Items whose answers were lost in earlier runs, by how they came to their ids now. */
  readonly resolved: Readonly<Record<Resolved, number>>;
  /** (ready + weak) / (ready + weak + failed + unknown) of what was tried; 1 when nothing was tried. */
  readonly successRate: number;
  readonly throughputPerMin: number;
  readonly bytes: number;
  readonly durationMs: number;
  /** Of the work itself: download and send. */
  readonly latencyMs: Percentiles;
  /** Waiting in the queue, and for a lane. */
  readonly queueMs: Percentiles;
  readonly laneMs: Percentiles;
  readonly floodWaits: number;
  readonly retries: number;
  /** Of a dry run that could read its source; else null. */
  readonly plan: WorkPlan | null;
}
