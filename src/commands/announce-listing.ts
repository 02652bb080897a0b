import type { Emitter } from "../domain/events.ts";
import { listingLine } from "../reporters/listing-line.ts";

/** Says what listing the bucket this often costs a month: as soon as its size is known, and again when it has grown by half. */
export function announceListing(events: Emitter, intervalMs: number): void {
  let told = 0;
  events.on("pass", ({ ended, failure, read }) => {
    if (!ended || failure || (told > 0 && read < told * 1.5)) return;
    told = Math.max(read, 1);
    events.emit("notice", { level: "info", text: listingLine({ objects: read, intervalMs }) });
  });
}
