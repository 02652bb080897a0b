import type { Emitter } from "../domain/events.ts";
import { listingCost, listingCostText } from "../domain/listing-cost.ts";

/** Says what listing the bucket this often costs a month: when its size is known, and again when it has grown by half. */
export function announceListing(events: Emitter, intervalMs: number): void {
  let told = 0;
  events.on("pass", ({ ended, failure, read }) => {
    if (!ended || failure || (told > 0 && read < told * 1.5)) return;
    told = Math.max(read, 1);
    const text = listingCostText({ objects: read, intervalMs, ...listingCost({ objects: read, intervalMs }) });
    events.emit("notice", { level: "info", text });
  });
}
