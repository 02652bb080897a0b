import type { LookWay, LostCall, Neighbour, PostedAround } from "../ledgers/look-port.ts";
import type { SeenMessage } from "../telegram/port.ts";
import { absence, absentOf } from "./absence.ts";
import type { Place } from "./asking.ts";
import { candidatesFor, isLater, type OpenEnd } from "./candidates.ts";
import { ChatWay, type ChatWayOptions } from "./chat-way.ts";
import { type KnownPost, type KnownPostsOptions, knownPosts } from "./known-posts.ts";
import { matchOf } from "./match.ts";
import { matchPack } from "./match-pack.ts";
import type { LookVerdict } from "./port.ts";
import { Sights, type SightsOptions } from "./sights.ts";
import { type LookPatience, settledAt } from "./when.ts";

export interface ChatLooksOptions extends SightsOptions, ChatWayOptions, KnownPostsOptions {
  readonly patience: LookPatience;
}

type Tell = (call: LostCall, verdict: LookVerdict) => Promise<void>;

const FORCE = "--only unknown --force sends again without a look";
/** Why a call that was not found stays undecided, and the way out where looking again would come to the same. */
const OPEN: Readonly<Record<OpenEnd | "unclear" | "stopped", string>> = {
  too_many: `more than 200 other messages stand where its message could be (${FORCE})`,
  no_post_before: `no message of ours in its chat is known from before, to look from there on (${FORCE})`,
  no_post_after: "no later message of ours is in its chat yet, up to which to look",
  unclear: "Telegram did not answer each look at where its message could be",
  stopped: "the run was stopped before it was looked for (--only unknown is for such calls alone)",
};
/** How often such a copy is tried for: an answer that decides nothing is asked for again, once all else was looked at. */
const MARKS = 2;
/** Forwards in a row to which no answer came, after which no more are made in one asking: each may leave copies. */
const UNANSWERED = 3;
/** Messages of ours that are tried, where some may be deleted. */
const KNOWN_TRIED = 3;

/** Looks for lost calls in one chat, by one bot. */
export class ChatLooks {
  readonly #place: Place;
  readonly #options: ChatLooksOptions;
  readonly #way: ChatWay;
  readonly #sights: Sights;
  /** Calls that are not decided. */
  readonly #open = new Set<LostCall>();
  /** Where messages of several media were found. */
  readonly #packs = new Map<string, number>();
  /** How often a post after all that are looked for may still be tried for. */
  #marksLeft = MARKS;
  /** Unix milliseconds at which all that is looked for had settled: times in the ledger may end a second later. */
  #askedAt = 0;

  constructor(place: Place, options: ChatLooksOptions) {
    this.#place = place;
    this.#options = options;
    this.#way = new ChatWay(place, options);
    this.#sights = new Sights(place, options);
  }

  /** Tells of each call as soon as it is decided, of those of one message together. Throws LedgerError, and what `tell` throws. */
  async ask(calls: readonly LostCall[], tell: Tell): Promise<void> {
    for (const call of [...calls].sort((a, b) => a.startedAt - b.startedAt)) this.#open.add(call);
    this.#marksLeft = MARKS;
    this.#sights.forgetUnanswered();
    this.#askedAt = this.#options.clock.wall();
    const none = await this.#way.find();
    for (const call of this.#open) {
      const verdict = none ?? (await this.#find(call, tell));
      if (verdict) for (const each of this.#matesOf(call)) await this.#decide(each, verdict, tell);
    }
  }

  /** Those that were to be posted by the same message. */
  #matesOf(call: LostCall): readonly LostCall[] {
    const { pack } = call;
    return [...this.#open].filter((each) => each === call || (pack !== null && each.pack?.id === pack.id));
  }

  async #decide(call: LostCall, verdict: LookVerdict, tell: Tell): Promise<void> {
    if (this.#open.delete(call)) await tell(call, verdict);
  }

  /** Null once the call was found, and told. */
  async #find(call: LostCall, tell: Tell): Promise<LookVerdict | null> {
    const around = {
      ...this.#place,
      attempt: call.attempt,
      lastBegun: call.lastBegun,
      startedAt: call.startedAt,
      settledAt: Math.min(settledAt(call, this.#options.patience), this.#askedAt),
    };
    const neighbours = await this.#options.ledger.neighbours(around);
    this.#sights.forgetDoubtful();
    while (this.#open.has(call)) {
      const { draining } = this.#options;
      if (draining.aborted) return { is: "open", why: OPEN.stopped };
      if (this.#sights.unanswered >= UNANSWERED) return { is: "open", why: OPEN.unclear };
      await this.#way.renew();
      const { way } = this.#way;
      if (way === null || !this.#way.isOpen) return this.#way.whyNone();
      const verdict = await this.#step(call, around, neighbours, way, tell);
      if (verdict) return verdict;
    }
    return null;
  }

  /** One look, or what follows when there is nothing more to look at. */
  async #step(
    call: LostCall,
    around: PostedAround,
    neighbours: readonly Neighbour[],
    way: LookWay,
    tell: Tell,
  ): Promise<LookVerdict | null> {
    const known = this.#sights.withCopies(neighbours);
    const at = this.#knownPlaceOf(call);
    const candidates = candidatesFor(at, around, known);
    const isBounded = at !== null || known.some((each) => isLater(each, around));
    if (!isBounded && this.#marksLeft === MARKS) {
      await this.#mark(call, known);
      return null;
    }
    const next = candidates.ids.find((id) => !this.#sights.has(id));
    if (next !== undefined) {
      await this.#look(call, next, way, tell, known.at(-1)?.messageId ?? 0);
      return null;
    }
    if (await this.#recall(candidates.ids, tell)) return null;
    if (candidates.ids.some((id) => this.#sights.isRefused(id))) {
      const proof = await this.#proveWay(way, call, known);
      if (proof !== "proved") return proof;
    }
    const judged = absence(candidates, (id) => this.#sights.sightOf(id));
    if (judged === "no_post_after" && this.#marksLeft > 0) {
      await this.#mark(call, known);
      return null;
    }
    return judged === "absent" ? absentOf(call) : { is: "open", why: OPEN[judged] };
  }

  /** Where its message is, as others of its media were found there; null where that is not known. */
  #knownPlaceOf({ pack }: LostCall): number | null {
    return pack && (pack.messageId ?? this.#packs.get(pack.id) ?? null);
  }

  /** Messages that were seen before this call was looked for: others of its media may have been asked for earlier. */
  async #recall(ids: readonly number[], tell: Tell): Promise<boolean> {
    for (const { id, seen } of this.#sights.messagesAmong(ids))
      if (await this.#tellOf(seen, id, tell)) return true;
    return false;
  }

  async #look(call: LostCall, id: number, way: LookWay, tell: Tell, top: number): Promise<void> {
    const seen = await this.#sights.look(call, id, way, top);
    if (seen === "protected") {
      this.#way.refuse(way);
      this.#sights.forgetRefused();
    }
    if (typeof seen === "string") return;
    if (!(await this.#tellOf(seen, id, tell))) await this.#doubtRights(way);
  }

  /** Tells of all calls of which this message decides; false where it is none of theirs. */
  async #tellOf(seen: SeenMessage, messageId: number, tell: Tell): Promise<boolean> {
    const asked = { chatId: this.#place.chatId, messageId };
    const open = [...this.#open];
    const single = matchOf(seen, asked, open);
    const { found, absent, mismatched } = matchPack(seen, asked, open);
    const all = single ? [single, ...found] : found;
    for (const { pack } of [...found.map((each) => each.call), ...(mismatched?.calls ?? [])])
      if (pack) this.#packs.set(pack.id, messageId);
    for (const { call, media } of all) await this.#decide(call, { is: "found", media }, tell);
    for (const call of absent) await this.#decide(call, { is: "absent" }, tell);
    const why = `its message ${messageId} is not as it was sent: ${mismatched?.why} (${FORCE})`;
    for (const call of mismatched?.calls ?? []) await this.#decide(call, { is: "open", why }, tell);
    return all.length + absent.length + (mismatched?.calls.length ?? 0) > 0;
  }

  /** A post that could be edited though it is none that is looked for may be a stranger's: rights may be given in mid-run. */
  async #doubtRights(way: LookWay): Promise<void> {
    if (way === "edit") await this.#way.askAgain();
  }

  /** Makes a copy of a message of ours, of this chat or another, which is then a post after everything that is looked for. */
  async #mark(call: LostCall, known: readonly Neighbour[]): Promise<void> {
    this.#marksLeft -= 1;
    let isDecided = true;
    for await (const { messageId, chatId } of this.#toCopy(known)) {
      const isHere = chatId === this.#place.chatId;
      if (isHere && !this.#way.canForward) continue;
      const seen = await this.#sights.probe(call, messageId, "forward", isHere ? undefined : chatId);
      if (typeof seen !== "string" || this.#sights.unanswered >= UNANSWERED) return;
      if (seen === "protected" && isHere) this.#way.refuse("forward");
      if (seen === "unclear") isDecided = false;
    }
    if (isDecided) this.#marksLeft = 0;
  }

  /** Messages of ours to make a copy of, each once: those around a lost call, then the last ones of all. */
  async *#toCopy(known: readonly Neighbour[]): AsyncGenerator<KnownPost> {
    const near = postsAmong(known).reverse().slice(0, KNOWN_TRIED);
    yield* near;
    const isNear = (post: KnownPost) =>
      near.some(({ chatId, messageId }) => chatId === post.chatId && messageId === post.messageId);
    for await (const post of knownPosts(this.#place, this.#options, KNOWN_TRIED))
      if (!isNear(post)) yield post;
  }

  /** What is refused is not ours only where ours is not. Null where it is to be asked for again; a verdict where nothing can be. */
  async #proveWay(
    way: LookWay,
    call: LostCall,
    known: readonly Neighbour[],
  ): Promise<LookVerdict | "proved" | null> {
    if (way === "forward") return this.#proveForward();
    if (this.#sights.canEdit) return "proved";
    await this.#proveEdit(call, known);
    return null;
  }

  /**
   * What may not be edited is not ours only where ours may be: tries one of them. Where that is refused or shows nothing, or none is
   * left to try, those of which edits showed nothing are asked for by forwards.
   */
  async #proveEdit(call: LostCall, known: readonly Neighbour[]): Promise<void> {
    const here = postsAmong(known).filter(({ chatId }) => chatId === this.#place.chatId);
    for (const { messageId } of here.reverse().slice(0, KNOWN_TRIED)) {
      const seen = await this.#sights.probe(call, messageId, "edit");
      if (seen !== "missing") break;
    }
    if (this.#sights.canEdit) return;
    this.#way.refuse("edit");
    this.#sights.forgetRefused();
  }

  /** Nothing can be forwarded out of a chat that was protected meanwhile, of which the text of a refusal need not tell. */
  async #proveForward(): Promise<LookVerdict | "proved" | null> {
    const none = await this.#way.find();
    if (none === null && this.#way.way === "forward") return "proved";
    this.#sights.forgetRefused();
    return none;
  }
}

/** Without copies that looks made, and messages of canaries: they are gone, and may not be edited. */
function postsAmong(known: readonly Neighbour[]): Neighbour[] {
  return known.filter(({ isGone }) => !isGone);
}
