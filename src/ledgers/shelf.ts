import type { MediaKind } from "../domain/media.ts";

/** What a bot reported, as it waits beside a ledger to be taken over. */
export interface ReportLine {
  readonly type: "learned" | "dead";
  readonly key: string;
  readonly bot: string;
  readonly kind: MediaKind;
  readonly storedKind?: MediaKind | undefined;
  readonly fileId: string;
  readonly fileUniqueId: string | null;
  readonly etag: string | null;
  readonly bytes: number | null;
}

/** One that has a number. */
export interface ShelvedLine extends ReportLine {
  readonly id: number;
}

/** What was reported of a key and a bot. */
export interface ReportedKey {
  readonly key: string;
  readonly bot: string;
  readonly type: ReportLine["type"];
  readonly kind: MediaKind;
  readonly storedKind?: MediaKind | undefined;
  readonly fileId: string;
  readonly fileUniqueId: string | null;
}
