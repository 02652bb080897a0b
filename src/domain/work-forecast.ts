import type { MediaKind } from "./media.ts";

/** How much there is to warm. */
export interface WorkAmount {
  /** Objects. */
  readonly toWarm: number;
  readonly bytes: number;
  /** Keys that the bucket had to list for it; 0 where a manifest or the ledger names them. */
  readonly listed: number;
  /** Those that may go several in one message, by kind; absent where nothing is known of it. */
  readonly packable?: readonly PackableWork[] | undefined;
}

/** Objects of one kind that may go several in one message. */
export interface PackableWork {
  readonly kind: MediaKind;
  readonly objects: number;
  /** Of these, how many go by URL, and bytes of the others, as far as is known before they are read. */
  readonly urls: number;
  readonly uploadBytes: number;
}

/** What limits how fast the work goes: Telegram by the lanes, our own number of transfers at once, or the connection. */
export type Bottleneck = "lanes" | "concurrency" | "bandwidth" | "none";

/** What earlier runs measured; null where nothing was. */
export interface WorkMeasures {
  /** Milliseconds for which a call keeps one place busy: its send, and the download of what was not read ahead. */
  readonly transferMs: number | null;
  /** Bytes of objects a second, where nothing but the connection limited them. */
  readonly bytesPerSecond: number | null;
}

/** Requests that R2 charges for. */
export interface R2Operations {
  /** Listing, a page each. */
  readonly classA: number;
  /** Asking for and reading objects, also by Telegram. */
  readonly classB: number;
}

/** What several media in one message bring, or would. */
export interface PackOutlook {
  /** Objects a minute at the most with packs: what this run counts with, or what it would be once that is proved. */
  readonly perMin: number;
  /** `proved`: this run counts on it. Otherwise why it does not: nobody knows yet, or that it brings nothing. */
  readonly state: "proved" | "off" | "not_proved" | "unsupported" | "media_count" | "rich_only";
  /** Not proved, and this run finds it out on its way. */
  readonly onTheWay: boolean;
  /** Kinds of a bot whose first id is tried by a message that is deleted again, two calls each; absent where that is not counted. */
  readonly canaries?: number | undefined;
}

/** How much there is to warm, how long that takes, and what it costs. */
export interface WorkForecast extends WorkAmount {
  readonly lanes: number;
  /** Objects a minute at the most: the smallest of what lanes, concurrency and bandwidth allow. */
  readonly ceilingPerMin: number;
  /** Which of them that is; `none` when there is nothing to warm. */
  readonly bottleneck: Bottleneck;
  /** Null when nothing can be sent. */
  readonly etaSeconds: number | null;
  /** What would make it faster, and by how much. */
  readonly advice: readonly string[];
  readonly operations: R2Operations;
  readonly packs?: PackOutlook | undefined;
}

/** What is got by messages of another bot instead of being warmed. */
export interface AdoptForecast {
  /** Slug of that bot. */
  readonly from: string;
  /** Rows by an edit, which is one call, and by a forward, which are two. */
  readonly edit: number;
  readonly forward: number;
  /** Of these rows, those in messages of several media, and how many such messages that are: two calls each, for all rows together. */
  readonly packed: number;
  readonly packs: number;
  readonly calls: number;
  /** Of their objects: they are not moved. */
  readonly bytes: number;
  /** Null where a lane is closed. */
  readonly etaSeconds: number | null;
}

/** What would be done about lost answers before anything is sent again. */
export interface LostForecast {
  /** Calls whose answers were lost. */
  readonly calls: number;
  /** Objects whose messages would be looked for; they are sent again only where it is proved that these are not there. */
  readonly look: number;
  /** Messages that would be asked for at the most, the calls which that takes, and how long those take. */
  readonly messages: number;
  readonly lookCalls: number;
  readonly etaSeconds: number;
  /** Objects whose messages may still come, and from when on all of them can be looked for (Unix ms). */
  readonly later: number;
  readonly lookAt: number | null;
  /** Objects that are sent again: their messages were proved not to be there. */
  readonly sent: number;
  /** Objects that are sent again without a look, by the reason. */
  readonly unchecked: Readonly<Record<string, number>>;
}

/** What a dry run found. */
export interface WorkPlan extends WorkForecast {
  /** Objects that a run would leave alone. */
  readonly skipped: number;
  /** Keys that `--include`, `--exclude` or `--kind` turned away. */
  readonly filtered: number;
  /** Without it nothing is asked for. */
  readonly adopt?: AdoptForecast | undefined;
  /** Absent where no answer was lost of what is to be sent. */
  readonly lost?: LostForecast | undefined;
}
