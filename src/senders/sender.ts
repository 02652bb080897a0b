import type { Clock } from "../domain/clock.ts";
import { failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { IdQuery, IdReport, Ids, WarmId } from "../ids/port.ts";
import { classifyStored, type Reading } from "../pipeline/stored-kind.ts";
import { readSent } from "../telegram/answer.ts";
import { checkTarget } from "./check-target.ts";
import { deliver, type ObjectSent } from "./delivery.ts";
import { SendError } from "./error.ts";
import { KnownIds, nameOf } from "./known-ids.ts";
import type { ObjectSource } from "./object-source.ts";
import type { Delivered, ReportTarget, SendFunction, SendTarget } from "./port.ts";
import { type MessageWish, post } from "./post.ts";
import { failureIn } from "./refusal.ts";

/** What a {@link KeySender} is made of. */
export interface KeySenderParts<Message> {
  readonly ids: Ids;
  readonly send: SendFunction<Message>;
  /** Opened when an object has to be sent itself for the first time; null where that is not wanted. */
  readonly openSource: (() => Promise<ObjectSource>) | null;
  readonly reportTo: ReportTarget;
  readonly bot: string | undefined;
  readonly clock: Clock;
  /** Milliseconds of the clock that a lookup may take. */
  readonly lookupMs: number;
}

/** An object on its way, for all who ask for it meanwhile; null when it did not arrive. */
type Flight = Promise<WarmId | null>;

/** Milliseconds of the clock that the end of reports is waited for. */
const LAST_REPORTS_MS = 1_000;
/** Under way: a place for reports that hangs must not fill the memory. */
const MOST_REPORTS = 1_000;

/** Sends objects of a bucket by their keys: by id where there is one that works, else itself. */
export class KeySender<Message> {
  readonly #parts: KeySenderParts<Message>;
  readonly #known: KnownIds;
  readonly #flights = new Map<string, Flight>();
  readonly #reports = new Set<Promise<void>>();
  #source: Promise<ObjectSource> | null = null;

  constructor(parts: KeySenderParts<Message>) {
    this.#parts = parts;
    this.#known = new KnownIds(parts);
  }

  async send(target: SendTarget): Promise<Delivered<Message>> {
    checkTarget(target);
    const { chat, key, kind, bot = this.#parts.bot, ...options } = target;
    const query = { key, kind, bot };
    const wish = { chat, options };
    const warm = await this.#known.find(query);
    return (warm && (await this.#byId(query, wish, warm))) ?? this.#itself(query, wish, warm);
  }

  /** Waits for reports under way, but not for long, and lets the connections to the bucket go; a later send opens them again. */
  async close(): Promise<void> {
    const { clock } = this.#parts;
    await Promise.race([Promise.all(this.#reports), clock.sleep(LAST_REPORTS_MS)]);
    const opened = this.#source;
    this.#source = null;
    await opened?.then((source) => source.close()).catch(() => {});
  }

  /** Null where Telegram does not take the id. */
  async #byId(query: IdQuery, wish: MessageWish, warm: WarmId): Promise<Delivered<Message> | null> {
    const { fileId, kind } = warm;
    try {
      const message = await post(this.#parts.send, wish, kind, { media: fileId });
      return { message, by: "file_id", kind, fileId };
    } catch (error) {
      if (failureIn(error, { by: "file_id", bytes: null })?.reason !== "file_id_dead") throw error;
      const unknown = { fileUniqueId: null, etag: null, bytes: null };
      this.#report({ ...of(query, kind), ...unknown, type: "dead", storedKind: kind, fileId });
      return null;
    }
  }

  /** Sends the object, or waits for one that is on its way already and sends its id. */
  async #itself(query: IdQuery, wish: MessageWish, dead: WarmId | null): Promise<Delivered<Message>> {
    const name = nameOf(query);
    for (let flight = this.#flights.get(name); flight; flight = this.#flights.get(name)) {
      const warm = await flight;
      const sent = warm && (await this.#byId(query, wish, warm));
      if (sent) return sent;
    }
    return this.#fly(name, query, wish, dead);
  }

  async #fly(
    name: string,
    query: IdQuery,
    wish: MessageWish,
    dead: WarmId | null,
  ): Promise<Delivered<Message>> {
    let land: (warm: WarmId | null) => void = () => {};
    this.#flights.set(name, new Promise((resolve) => (land = resolve)));
    let warm: WarmId | null = null;
    try {
      const { send } = this.#parts;
      const source = await this.#open(query.key);
      const sent = await deliver(source, send, query, wish);
      warm = this.#learn(query, sent, dead, source.keeps?.(sent.task) ?? true);
      return { message: sent.message, by: sent.by, kind: warm?.kind ?? null, fileId: warm?.fileId ?? null };
    } finally {
      this.#flights.delete(name);
      land(warm);
    }
  }

  #open(key: string): Promise<ObjectSource> {
    const { openSource } = this.#parts;
    if (openSource === null)
      throw new SendError(
        failure("object_missing", `there is no id for ${key}, and no bucket to send it from`),
      );
    this.#source ??= openSource().catch((error: unknown) => {
      this.#source = null;
      throw error;
    });
    return this.#source;
  }

  #learn(
    query: IdQuery,
    { message, task }: ObjectSent<Message>,
    dead: WarmId | null,
    keeps: boolean,
  ): WarmId | null {
    const sent = readSent(message);
    if (sent === null) return null;
    const { stored }: Reading = classifyStored(task.kind, sent, query.key);
    const { fileId, fileUniqueId, kind, weak } = stored;
    const warm = { fileId, kind, weak };
    this.#known.learn(query, warm, dead);
    const { etag, bytes } = task.entry;
    const learned = { type: "learned", storedKind: kind, fileId, fileUniqueId, etag, bytes } as const;
    if (keeps) this.#report({ ...of(query, task.kind), ...learned });
    return warm;
  }

  /** Nobody waits for a report, and nothing becomes of one that fails, or of more than can be under way. */
  #report(report: IdReport): void {
    if (this.#reports.size >= MOST_REPORTS) return;
    const told = Promise.resolve()
      .then(() => this.#parts.reportTo.report(report))
      .catch(() => {})
      .finally(() => this.#reports.delete(told));
    this.#reports.add(told);
  }
}

function of({ key, bot, kind: asked }: IdQuery, kind: MediaKind) {
  return { key, bot, kind: asked ?? kind };
}
