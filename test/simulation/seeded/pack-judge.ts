import { BELIEVED_MS } from "../../../src/domain/proof.ts";
import type { FloodLimits } from "../../../src/sandbox/flood-control/limits.ts";
import type { AttemptRow, Books, ProofRow } from "./books.ts";
import { mostMedia } from "./pack-plan.ts";
import type { SeenCall } from "./wire.ts";
import type { World } from "./world.ts";

const UNFOUND = ["unknown", "unchecked"];
/** So many times what single messages make of a lane have to pass as media before messages are said to count. */
const PROOF = 1.5;
const MINUTE = 60_000;

/** Holds messages of several media, and what the ledger holds for proved of them, against the truth. */
export class PackJudge {
  readonly #world: World;
  readonly #books: Books;
  readonly #wrong: (text: string) => void;
  readonly #slugs: ReadonlyMap<string, string>;
  #seen = { proofs: -1, attempts: -1, canaries: -1 };

  constructor(world: World, books: Books, wrong: (text: string) => void) {
    this.#world = world;
    this.#books = books;
    this.#wrong = wrong;
    this.#slugs = new Map(world.scenario.bots.map(({ id, slug }) => [id, slug]));
  }

  /** A call that began. */
  call({ method, bot, chat, kinds }: SeenCall): void {
    if (method !== "sendRichMessage") return;
    const { packs } = this.#world.scenario;
    if (kinds.length > mostMedia(packs))
      this.#wrong(`${kinds.length} media in one message by --pack ${packs?.rule}`);
    // Beside others it may have been proved since this one began.
    if (this.#world.company) return;
    const now = this.#world.schedule.wall();
    for (const { bot: of, scope, what, result, at } of this.#books.proofs) {
      if (of !== this.#slugs.get(bot) || now - at >= BELIEVED_MS) continue;
      if (what === "quota" && result === "media" && scope === chat)
        this.#wrong(`several media in one message in ${chat}, which counts media`);
      if (what.startsWith("ids:") && result === "rich_only" && kinds.includes(what.slice(4)))
        this.#wrong(`a ${what.slice(4)} among others, whose id serves nothing else`);
    }
  }

  /** After a step. */
  look(): void {
    const { disk, telegram } = this.#world;
    const seen = {
      proofs: disk.versionOf("prewarm_proofs"),
      attempts: disk.versionOf("prewarm_attempts"),
      canaries: telegram.canaries.length,
    };
    if (seen.proofs !== this.#seen.proofs)
      for (const proof of this.#books.proofs) if (this.#isUntrue(proof)) this.#wrong(wordsOf(proof));
    if (seen.attempts !== this.#seen.attempts || seen.canaries !== this.#seen.canaries) this.#accounts();
    this.#seen = seen;
  }

  /** When nothing is going on any more; `all`: nothing may be left either. */
  end(all: boolean): void {
    const { messages, canaries } = this.#world.telegram;
    const tried = new Set(canaries.map(({ message }) => message));
    for (const message of messages.all)
      if (message.isDeleted && message.by !== null && message.origin === null && !tried.has(message))
        this.#wrong(`a message of ${message.by} in ${message.chat} was deleted, by which ids stand`);
    for (const { key, bot, state, why } of this.#books.attempts)
      if (state === "discarded" && why === "file_id_dead" && !this.#mayServeNothing)
        this.#wrong(`the id of ${key} of ${bot} was dropped, and nothing refused it`);
    if (!all) return;
    for (const { key, bot, state } of this.#books.attempts)
      if (state === "unproved") this.#wrong(`the id of ${key} of ${bot} still waits to be tried`);
    for (const [slug, left] of this.#left()) {
      // Of what cannot be looked for (unchecked) people are told.
      const lost = this.#canariesOf(slug).filter(({ state }) => UNFOUND.includes(state)).length;
      if (left > lost) this.#wrong(`${left} messages of canaries of ${slug} are left, and ${lost} were lost`);
    }
  }

  /** Whether Telegram refuses any id that came in a message of several media. */
  get #mayServeNothing(): boolean {
    const rich = this.#world.scenario.packs?.rich;
    return rich?.ids === "rich_only" || rich?.dropped_ids === "dead";
  }

  /** Its message is not as it was sent, so that nothing of it is ever believed. */
  isMisfit({ pack }: AttemptRow): boolean {
    if (pack === null) return false;
    const tags = this.#books.attempts.flatMap((each) => (each.pack === pack ? [each.tag] : []));
    const { posts } = this.#world.telegram;
    return posts.some(
      ({ tag, isPacked, kind, asked }) =>
        isPacked && tags.includes(tag) && (kind === "photo") !== (asked === "photo"),
    );
  }

  /** Without a proof of that nobody can know that more media are dropped than are said to be. */
  knowsWhatIsKept(slug: string): boolean {
    return this.#books.proofs.some(({ bot, what }) => bot === slug && what === "keeps");
  }

  /** Each message by which an id was tried is owned up to by an attempt of its own. */
  #accounts(): void {
    for (const [id, slug] of this.#slugs) {
      const posts = this.#world.telegram.canaries.filter(({ bot }) => bot === id).length;
      const owned = this.#canariesOf(slug).filter(({ state }) => state !== "failed").length;
      if (posts > owned)
        this.#wrong(`${posts} canaries of ${slug}, and ${owned} attempts that own up to them`);
    }
  }

  #canariesOf(slug: string): readonly AttemptRow[] {
    return this.#books.canaries.filter(({ bot }) => bot === slug);
  }

  /** How many messages of canaries are in chats that are still there, by slug. */
  #left(): Map<string, number> {
    const { canaries, chats } = this.#world.telegram;
    const left = new Map<string, number>();
    for (const canary of canaries) {
      const { bot, message } = canary;
      const isGone = message.isDeleted || chats.every(({ id }) => id !== message.chat);
      if (isGone || this.#world.isOutOfTime(canary)) continue;
      const slug = this.#slugs.get(bot) ?? "";
      left.set(slug, (left.get(slug) ?? 0) + 1);
    }
    return left;
  }

  #isUntrue({ bot, what, result, scope, evidence }: ProofRow): boolean {
    const rich = this.#world.scenario.packs?.rich;
    if (!rich) return true;
    if (what === "packs") return (result === "supported") !== rich.supported;
    if (what.startsWith("ids:")) {
      const mayBeDropped = rich.dropped_ids === "dead" && !this.knowsWhatIsKept(bot);
      return result !== rich.ids && !mayBeDropped;
    }
    const isFoundOut = what === "quota" && result === "messages" && evidence !== "{}";
    return isFoundOut && rich.counts === "media" && !this.#mayPass(scope);
  }

  /** Whether this chat lets so many media pass that messages seem to count. */
  #mayPass(name: string): boolean {
    const { telegram, scenario } = this.#world;
    const chat = telegram.chats.find(({ id, former }) => id === name || former.has(name));
    const fixed = /^(\d+)\/min$/.exec(scenario.pace)?.[1];
    const bears = fixed ? Number(fixed) : scenario.pace === "documented" ? 20 : 0;
    return !chat || mostOf(chat.limits) >= bears * PROOF;
  }
}

/** Media that pass within a minute, at most, and one more call. */
function mostOf({ model, rate, burst, absorbMs }: FloodLimits): number {
  return rate * (model === "fixed_window" ? 2 : 1) + burst + (rate * absorbMs) / MINUTE + 2;
}

function wordsOf({ bot, scope, what, result }: ProofRow): string {
  return `it is not true that ${what} is ${result} for ${bot} in ${scope}`;
}
