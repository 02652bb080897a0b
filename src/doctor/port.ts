import type { Inspection } from "../config/inspect.ts";
import type { Reason } from "../domain/reasons.ts";
import type { Result } from "../domain/result.ts";
import type { LedgerView } from "../ledgers/port.ts";
import type { ListedObject, Storage } from "../storage/port.ts";
import type { Bot } from "../telegram/port.ts";

/** In the order in which they are printed. */
export const GROUPS = ["runtime", "configuration", "r2", "telegram", "ledger", "pace", "worker"] as const;
export type Group = (typeof GROUPS)[number];

/** `unknown`: it could not be checked. `skipped`: it was not, since something it needs is missing. */
export type Status = "pass" | "warn" | "fail" | "skipped" | "unknown";

/** What a check says of one thing. */
export interface Report {
  readonly status: Status;
  /** One line: what was found. */
  readonly found: string;
  /** The one thing to do next: a command or a click path. */
  readonly next?: string | undefined;
  /** Which of several things it is about: a variable, a lane, a line. */
  readonly subject?: string | undefined;
  /** The stable reason of the failure behind it. */
  readonly reason?: Reason | undefined;
  /** Lines for whoever wants more. */
  readonly details?: readonly string[] | undefined;
}

/** One thing to look at. */
export interface Check {
  /** Stable; the README explains it under the anchor `check-<id>`. */
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  /** Why it matters, in a sentence. */
  readonly why: string;
  /** False where there is nothing to look at; it is then not mentioned. */
  readonly applies?: (world: World) => boolean;
  /** Checks that must not have failed, by id or by `id:subject`; otherwise this one is skipped. */
  readonly needs?: readonly string[];
  readonly run: (world: World) => readonly Report[] | Promise<readonly Report[]>;
}

/** What is printed: a report with all that belongs to it. */
export interface Finding {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  readonly subject: string | null;
  readonly status: Status;
  readonly found: string;
  readonly why: string;
  readonly next: string | null;
  readonly reason: Reason | null;
  readonly docs: string;
  readonly details: readonly string[];
}

/** How a server answered a GET without credentials. `ms` and `skewMs` (our clock less its `Date`) in milliseconds. */
export type Reached =
  | {
      readonly ok: true;
      readonly status: number;
      readonly skewMs: number | null;
      readonly ms: number;
      readonly location: string | null;
    }
  | { readonly ok: false; readonly code: string };

/** The machine and the process. */
export interface Host {
  /** `20.20.2` */
  readonly node: string;
  readonly platform: NodeJS.Platform;
  /** How many files and sockets this process may have open; null where the system does not say. */
  openFiles(): number | null;
  /** File system type as statfs(2) names it, and free bytes, of a folder; null where the system does not say. */
  fileSystem(folder: string): { readonly type: number; readonly freeBytes: number } | null;
  mayWrite(path: string): boolean;
  /** Whether a TCP connection can be made; a code such as ECONNREFUSED when not. */
  connects(host: string, port: number): Promise<string | null>;
  /** Whether a port of 127.0.0.1 is free to listen on. */
  portFree(port: number): Promise<boolean>;
}

/** A GET as Telegram would make it: no header of ours. */
export type Fetched =
  | { readonly ok: true; readonly status: number; readonly bytes: number; readonly mime: string }
  | { readonly ok: false; readonly code: string };

export interface R2World {
  readonly endpoint: string;
  readonly bucket: string;
  readonly storage: Storage;
  /** The first page of the bucket, asked for once. */
  firstPage(): Promise<Result<readonly ListedObject[]>>;
  fetch(url: string): Promise<Fetched>;
}

export interface BotWorld {
  readonly bot: Bot;
  readonly chats: readonly string[];
  /** Asked for once. */
  getMe(): Promise<Result<{ readonly username: string }>>;
}

/** A lane as it was found to be; `id` and `type` are those of the chat it is now. */
export interface LaneLook {
  readonly bot: string;
  readonly wish: string;
  readonly result: Result<{
    readonly id: string;
    readonly type: "private" | "group" | "supergroup" | "channel";
    readonly title: string;
    readonly movedTo: string | null;
  }>;
}

/** Everything that checks may look at. Nothing in here changes anything but {@link Bot.send}, which `--probe` alone uses. */
export interface World {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly host: Host;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly config: Inspection;
  readonly probing: boolean;
  /** Null while the configuration does not say where it is. */
  readonly r2: R2World | null;
  readonly bots: readonly BotWorld[];
  readonly lanes: () => Promise<readonly LaneLook[]>;
  reach(url: string): Promise<Reached>;
  /** Null where there is no ledger yet. Throws LedgerError. */
  ledger(): LedgerView | null;
}
