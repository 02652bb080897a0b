import { type ItemResult, type ItemStatus, movedBytes } from "../domain/outcome.ts";
import { isReason, REASONS, type Reason } from "../domain/reasons.ts";
import { isSkipReason, type SkipReason } from "../domain/skip-reasons.ts";
import type { ReasonCount, WarmedSample } from "./snapshot.ts";

/** Items that ended: how many, why, and the bytes of those that got an id. Grows with the kinds of reason, not with the items. */
export class ItemCounts {
  readonly #byStatus: Record<ItemStatus, number> = { ready: 0, skipped: 0, weak: 0, failed: 0, unknown: 0 };
  readonly #left = { unknown: 0, failed: 0 };
  readonly #skips = new Map<SkipReason, number>();
  readonly #reasons = new Map<string, ReasonCount>();
  #sample: WarmedSample | null = null;
  #bytes = 0;

  /** Counts an item by how it ended. */
  add(item: ItemResult): void {
    const { status, left, reason } = item;
    this.#sample ??= sampleOf(item);
    this.#byStatus[status]++;
    if (status === "ready" || status === "weak") this.#bytes += movedBytes(item);
    if (left && (status === "unknown" || status === "failed")) this.#left[status]++;
    if (reason === null) return;
    if (isSkipReason(reason)) this.#skips.set(reason, (this.#skips.get(reason) ?? 0) + 1);
    else this.#explain(item, reason);
  }

  /** Items that got an id. */
  get done(): number {
    return this.#byStatus.ready + this.#byStatus.weak;
  }

  /** The part of a snapshot that items alone decide. */
  figures() {
    return {
      counts: { ...this.#byStatus },
      total: Object.values(this.#byStatus).reduce((sum, count) => sum + count, 0),
      leftUnknown: this.#left.unknown,
      leftFailed: this.#left.failed,
      skips: new Map(this.#skips),
      reasons: [...this.#reasons.values()].sort((a, b) => b.count - a.count),
      tried: this.#tried,
      successRate: this.#tried === 0 ? 1 : this.done / this.#tried,
      bytes: this.#bytes,
      sample: this.#sample,
    };
  }

  #explain(item: ItemResult, reason: Reason): void {
    const { status } = item;
    if (status === "ready" || status === "skipped" || !isReason(reason)) return;
    const name = `${status} ${reason}`;
    const known = this.#reasons.get(name);
    this.#reasons.set(name, {
      status,
      class: item.error?.class ?? REASONS[reason].class,
      reason,
      count: (known?.count ?? 0) + 1,
      left: (known?.left ?? 0) + (item.left ? 1 : 0),
      example: known?.example ?? item.where ?? item.key ?? "",
      message: known?.message ?? item.error?.message ?? changeOf(item),
    });
  }

  get #tried(): number {
    const { failed, unknown } = this.#byStatus;
    return this.done + failed + unknown - this.#left.failed - this.#left.unknown;
  }
}

function changeOf({ key, cameBackAs }: ItemResult): string {
  return cameBackAs === undefined ? "" : `${key} came back as ${cameBackAs}`;
}

function sampleOf({ status, key, bot, kind, fileId }: ItemResult): WarmedSample | null {
  if (status !== "ready" || key === null || bot === null || kind === null || fileId === null) return null;
  return { key, bot, kind, fileId };
}
