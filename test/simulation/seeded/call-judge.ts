import type { Books } from "./books.ts";
import type { Truth, Wrong } from "./truth.ts";
import type { Upload } from "./uploads.ts";
import { DocumentedWindows } from "./windows.ts";
import type { SeenCall, ToldWait } from "./wire.ts";
import type { World } from "./world.ts";

/** Milliseconds within which a process that died may not have written down what it was told. */
const UNWRITTEN_MS = 3_000;

/** Milliseconds by which a call may begin after the moment that its bot was given: its lane may be held up. */
const LATE_MS = 3_000;

/** Holds calls, as they begin, against the waits that were told, the paces, and what is written down of them. */
export class CallJudge {
  readonly #world: World;
  readonly #books: Books;
  readonly #truth: Truth;
  readonly #wrong: Wrong;
  readonly #windows: DocumentedWindows;
  /** Those of a bot over all its chats. */
  readonly #botWindows: DocumentedWindows | null;

  constructor(world: World, books: Books, truth: Truth, wrong: Wrong) {
    this.#world = world;
    this.#books = books;
    this.#truth = truth;
    this.#wrong = wrong;
    this.#windows = new DocumentedWindows(world.scenario);
    const { botPace, diskMs } = world.scenario;
    const perMinute = Number.parseFloat(botPace ?? "") * 60;
    this.#botWindows = botPace ? new DocumentedWindows({ pace: `${perMinute}/min`, diskMs }, LATE_MS) : null;
  }

  /** The call with this number, of all that were made. */
  call(at: number): void {
    const { calls } = this.#world.wires;
    const call = calls[at];
    if (!call) return;
    this.#isNotEarly(call);
    this.#lookIsWritten(call);
    this.#keepsPace(call);
    if (this.#sentTwice(call, calls.slice(0, at)))
      this.#wrong(`one content was sent twice by one process: ${call.method} of ${call.bot}`);
  }

  #isNotEarly(call: SeenCall): void {
    const early = this.#world.wires.waits.find((wait) => this.#isTooEarly(call, wait));
    if (!early) return;
    const ms = Math.ceil(early.until - call.startedAt);
    const whose = early.by === call.by ? "" : " that another process was told";
    this.#wrong(
      `${call.method} of ${call.bot} in ${call.chat} began ${ms} ms before the end of a wait${whose}`,
    );
  }

  #keepsPace(call: SeenCall): void {
    const { company } = this.#world;
    if (company?.isLate(call) || this.#isAway(call.chat)) return;
    const by = company ? this : call.by;
    const late = this.#windows.over({ ...call, by }, this.#truth.chatOf(call.chat));
    if (late) this.#wrong(late);
    const many = this.#botWindows?.over({ ...call, by }, null);
    if (many) this.#wrong(many);
  }

  /** One process sends the bytes that it has read once: not while they are on their way, and not when they were posted. */
  #sentTwice({ by, bot, uploads }: SeenCall, before: readonly SeenCall[]): boolean {
    const { telegram } = this.#world;
    const own = uploads.filter(({ sha256 }) => !telegram.twists.has(sha256));
    if (own.length === 0) return false;
    const { attempts } = this.#books;
    const isForced = attempts.some(({ state, owner }) => state === "sending" && owner === "prewarm force");
    const isSame = (one: Upload, other: Upload) => one.sha256 === other.sha256 && one.kind === other.kind;
    if (own.some((one, at) => own.slice(0, at).some((other) => isSame(one, other)))) return true;
    const earlier = before
      .filter((call) => call.by === by && call.bot === bot)
      .flatMap((call) => call.uploads.map((other) => ({ call, other })));
    return earlier.some(({ call, other }) => {
      if (other.answer.isOver && (!other.isPosted || isForced || this.#isLost(call, other))) return false;
      return own.some((one) => isSame(one, other) && !this.#isDiscarded(bot, one));
    });
  }

  /**
   * Its answer came to a process that had stood still for so long that its attempt was noted as in doubt, under what was known of the content
   * before it was sent: of other names of that nobody hears then.
   */
  #isLost(call: SeenCall, { sha256, tag }: Upload): boolean {
    if (!this.#world.company?.hasStoodStill(call)) return false;
    return this.#books.attempts.some(
      (each) => each.tag === tag && each.why === "process_died" && each.content !== sha256,
    );
  }

  /** Its id turned out to serve nothing but its message. */
  #isDiscarded(bot: string, { sha256 }: Upload): boolean {
    const etags = this.#truth.etagsOf(sha256);
    return this.#books.attempts.some(
      (each) =>
        each.state === "discarded" && each.bot === this.#truth.slugOf(bot) && etags.includes(each.etag),
    );
  }

  /**
   * What a look leaves in a chat can be taken away only by those who know of it. Who takes it away leaves nothing, and one of several
   * processes may do so when another one has just done it.
   */
  #lookIsWritten({ method, bot, message, isUnbuttoning }: SeenCall): void {
    if (message === null || method === "deleteMessage") return;
    const mayBeOver = isUnbuttoning && this.#world.company !== null;
    if (!this.#books.isAsking(this.#truth.slugOf(bot) ?? "", message, mayBeOver))
      this.#wrong(`${method} of message ${message} by ${bot} is not written down`);
  }

  #isTooEarly(call: SeenCall, wait: ToldWait): boolean {
    const isOpen = call.bot === wait.bot && call.startedAt > wait.toldAt && call.startedAt < wait.until - 1;
    if (!isOpen || (wait.chat !== null && !this.#isIn(call, wait.chat))) return false;
    if (wait.by === call.by) return true;
    const { deaths, jumps } = this.#world;
    if (this.#world.company?.couldNotKnow(call, wait)) return false;
    const unwritten = deaths.some(({ by, at }) => by === wait.by && at - wait.toldAt < UNWRITTEN_MS);
    return !unwritten && !jumps.some((at) => at >= wait.toldAt && at <= call.startedAt);
  }

  /** A question goes by the name that a chat has now, a post also by those that it had. */
  #isIn({ method, chat }: SeenCall, waited: string): boolean {
    return isOnPermit(method) ? this.#truth.chatOf(chat) === this.#truth.chatOf(waited) : chat === waited;
  }

  /** By a name that a chat had before it moved nothing is posted: the answer says where it is now, which is how each process learns it. */
  #isAway(name: string | null): boolean {
    return this.#world.telegram.chats.some(({ former }) => former.has(name ?? ""));
  }
}

function isOnPermit(method: string): boolean {
  return /^(?:send|edit|forward|delete)/.test(method);
}
