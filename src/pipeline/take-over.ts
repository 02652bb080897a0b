import pLimit from "p-limit";
import type { Clock } from "../domain/clock.ts";
import { asMarker, bareEtag, readEtag } from "../domain/content.ts";
import type { Emitter } from "../domain/events.ts";
import { isMediaKind } from "../domain/media.ts";
import type { KnownEntry } from "../domain/task.ts";
import type { BotReport, ReportShelf, ShelvedReport } from "../ids/port.ts";
import type { LaneBoard } from "../lanes/port.ts";
import type { Ledger } from "../ledgers/port.ts";
import type { ObjectInfo, Storage } from "../storage/port.ts";
import { askFile } from "./ask-file.ts";
import { classifyStored } from "./stored-kind.ts";

export interface TakeOverOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly shelf: ReportShelf;
  readonly storage: Storage;
  readonly lanes: LaneBoard;
  /** Slugs of the bots whose reports are taken over. */
  readonly bots: readonly string[];
  /** Bots for whose sake the key of a replaced object stays where it is. */
  readonly warming: readonly string[];
  readonly draining: AbortSignal;
}

/** What became of a report: it is in the ledger, it says nothing that counts, or it could not be checked now. */
type Fate = "taken" | "dropped" | "later";

/** Reports that are read, and HEAD requests that are under way, at once. */
const [PAGE, HEADS] = [100, 8];
/** Real milliseconds after which a report is looked at again that could not be checked. */
const LATER_MS = 60_000;

/**
 * Takes what bots reported over into the ledger. An id that a bot learned counts only while the object still is the one that
 * it sent (by ETag, else size) and there is none that works; that an id is dead counts only after Telegram said so. A report is
 * taken away after the ledger has it: a crash in between repeats what changes nothing.
 */
export class TakeOver {
  readonly #options: TakeOverOptions;

  constructor(options: TakeOverOptions) {
    this.#options = options;
  }

  /** Takes over what is due; Telegram is asked for at most `asks` ids, each on a slot of a lane. Throws LedgerError. */
  async run(asks: number): Promise<void> {
    const { length } = await this.#options.shelf.pending("dead", this.#options.bots, asks);
    if (length > 0)
      this.#tell(`asking Telegram about ${length === 1 ? "an id" : `${length} ids`} that bots found dead`);
    // What a bot learned instead of a dead id takes its place.
    const dead = length > 0 ? await this.#each("dead", asks, (report) => this.#bury(report)) : NONE;
    const learned = await this.#each("learned", Number.POSITIVE_INFINITY, (report) => this.#learn(report));
    const parts = [
      learned.taken > 0 ? `${learned.taken} that bots learned` : "",
      dead.taken > 0 ? `${dead.taken} that are dead, whose objects are warmed again` : "",
    ].filter((part) => part !== "");
    if (parts.length > 0) this.#tell(`ids taken over from bots: ${parts.join("; ")}`);
  }

  #tell(text: string): void {
    this.#options.events.emit("notice", { level: "info", text });
  }

  async close(): Promise<void> {
    await this.#options.shelf.close();
  }

  async #each(
    type: ShelvedReport["type"],
    most: number,
    judge: (report: ShelvedReport) => Promise<Fate>,
  ): Promise<Record<Fate, number>> {
    const { shelf, bots, draining } = this.#options;
    const counts = { taken: 0, dropped: 0, later: 0 };
    const heads = pLimit(HEADS);
    for (let left = most; left > 0 && !draining.aborted; ) {
      const page = await shelf.pending(type, bots, Math.min(PAGE, left));
      left -= page.length;
      const fates = await Promise.all(page.map((report) => heads(judge, report)));
      for (const fate of fates) counts[fate]++;
      const isMoved = await Promise.all(
        page.map((report, at) =>
          fates[at] === "later" ? shelf.putOff(report, LATER_MS) : shelf.drop(report),
        ),
      );
      // What stays is found again, by the next run at the latest.
      if (page.length === 0 || isMoved.includes(false)) break;
    }
    return counts;
  }

  async #learn(report: ShelvedReport): Promise<Fate> {
    const { storage, ledger, shelf, warming, draining } = this.#options;
    const { key, bot, kind, fileId, fileUniqueId } = report;
    const came = report.storedKind ?? kind;
    if (!isMediaKind(kind) || !isMediaKind(came)) return "dropped";
    const there = await storage.head(key, draining);
    if (!there.ok) return there.failure.class === "object" ? "dropped" : "later";
    if (!isSame(report, there.value)) return "dropped";
    const known = entryOf(key, there.value);
    const [found] = await ledger.lookup([{ bot, kind, entry: known }]);
    if (!found) return "dropped";
    if (found.stored)
      return (await shelf.isDoubted({ ...report, fileId: found.stored.fileId })) ? "later" : "dropped";
    const sent = { fileId, fileUniqueId, kind: came, chatId: "", messageId: 0, ...NO_MEDIA };
    const { stored, asked, weakness } = classifyStored(kind, sent, key);
    const isNew = await ledger.learn({
      bot,
      kind,
      entry: found.manySizes ? { ...known, etag: asMarker(known.etag) } : known,
      content: found.content,
      stored: { ...stored, chatId: null, messageId: null },
      asked,
      weakness,
      bots: warming,
    });
    return isNew ? "taken" : "dropped";
  }

  async #bury({ bot, key, kind, fileId }: ShelvedReport): Promise<Fate> {
    const { ledger } = this.#options;
    const id = { bot, key, fileId };
    if (!isMediaKind(kind) || !(await ledger.isServed(id))) return "dropped";
    const said = await askFile({ bot, kind, fileId }, this.#options);
    if (said !== "dead") return said === "alive" ? "dropped" : "later";
    await ledger.markDead(id);
    return "taken";
  }
}

const NONE: Readonly<Record<Fate, number>> = { taken: 0, dropped: 0, later: 0 };
const NO_MEDIA = { width: null, height: null, duration: null, mime: null };

/** A report that names neither ETag nor size could be of anything. */
function isSame({ etag, bytes }: BotReport, there: ObjectInfo): boolean {
  if (etag !== null && there.etag !== "") return bareEtag(etag) === bareEtag(there.etag);
  return bytes !== null && bytes === there.bytes;
}

function entryOf(key: string, { bytes, etag, mime, packing = "" }: ObjectInfo): KnownEntry {
  return { key, bytes, etag: readEtag(etag), mime, packing, seen: true };
}
