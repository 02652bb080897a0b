import type { Inspection } from "../config/inspect.ts";
import type { Result } from "../domain/result.ts";
import type { PostgresSight } from "../ledgers/postgres-sight.ts";
import type { LedgerView } from "../ledgers/view.ts";
import type { ListedObject, Storage } from "../storage/port.ts";
import type { Bot } from "../telegram/port.ts";

/** How a server answered a GET without credentials. `ms` and `skewMs` (our clock less its `Date`) in milliseconds. */
export type ReachResult =
  | {
      readonly ok: true;
      readonly status: number;
      readonly skewMs: number | null;
      readonly ms: number;
      readonly location: string | null;
    }
  | {
      readonly ok: false;
      readonly code: string;
      /** What a proxy did, as part of a sentence; null where none is to blame. */
      readonly proxy: string | null;
    };

/** The machine and the process. */
export interface Host {
  /** `20.20.2` */
  readonly node: string;
  readonly platform: NodeJS.Platform;
  /** Why SQLite does not load here and the way out, as `what; what to do`; null where it loads. */
  nativeProblem(): string | null;
  /** How many files and sockets this process may have open; null where the system does not say. */
  openFiles(): number | null;
  /** File system type as statfs(2) names it, free bytes, and the real path, of a folder; null where the system does not say. */
  fileSystem(
    folder: string,
  ): { readonly type: number; readonly freeBytes: number; readonly path?: string } | null;
  /** Whether this user may write a path: `read-only` where nobody may, undefined where only trying would tell. */
  mayWrite(path: string): boolean | "read-only" | undefined;
  /** Whether a TCP connection can be made; a code such as ECONNREFUSED when not. */
  connects(host: string, port: number): Promise<string | null>;
  /** Whether a port of 127.0.0.1 is free to listen on; `reserved` where the system keeps it, taken or not. */
  portFree(port: number): Promise<boolean | "reserved">;
}

/** A GET as Telegram would make it: no header of ours. */
export type FetchResult =
  | { readonly ok: true; readonly status: number; readonly bytes: number; readonly mime: string }
  | { readonly ok: false; readonly code: string };

export interface CheckedBucket {
  readonly endpoint: string;
  readonly bucket: string;
  readonly storage: Storage;
  /** The first page of the bucket, asked for once. */
  firstPage(): Promise<Result<readonly ListedObject[]>>;
  fetch(url: string): Promise<FetchResult>;
}

export interface CheckedBot {
  readonly bot: Bot;
  readonly chats: readonly string[];
  /** Asked for once. */
  getMe(): Promise<Result<{ readonly username: string }>>;
}

/** A lane as it was found to be; `id` and `type` are those of the chat it is now. */
export interface CheckedLane {
  readonly bot: string;
  readonly chat: string;
  readonly result: Result<{
    readonly id: string;
    readonly type: "private" | "group" | "supergroup" | "channel";
    readonly title: string;
    readonly movedTo: string | null;
  }>;
}

/** Everything that checks may look at. Nothing in here changes anything but {@link Bot.send}, which `--probe` alone uses. */
export interface CheckContext {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly host: Host;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly config: Inspection;
  readonly probing: boolean;
  /** Null while the configuration does not say where it is. */
  readonly r2: CheckedBucket | null;
  readonly bots: readonly CheckedBot[];
  readonly lanes: () => Promise<readonly CheckedLane[]>;
  reach(url: string): Promise<ReachResult>;
  /** Null where there is no ledger yet. Throws LedgerError. */
  ledger(): LedgerView | null;
  /** The ledger's server; null where it is a file. */
  readonly postgres: PostgresSight | null;
  /** Why several workers cannot share their work on this machine; null where they can. */
  readonly engineProblem: string | null;
}
