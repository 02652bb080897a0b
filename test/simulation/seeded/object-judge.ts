import { type AttemptRow, type Books, isUnanswered } from "./books.ts";
import type { IdJudge } from "./id-judge.ts";
import type { PackJudge } from "./pack-judge.ts";
import type { Truth, Wrong } from "./truth.ts";
import type { World } from "./world.ts";

/** Holds what became of each object, and of its key, against what can be had. */
export class ObjectJudge {
  readonly #world: World;
  readonly #books: Books;
  readonly #truth: Truth;
  readonly #ids: IdJudge;
  readonly #packs: PackJudge;
  readonly #wrong: Wrong;

  constructor(world: World, books: Books, truth: Truth, ids: IdJudge, packs: PackJudge, wrong: Wrong) {
    this.#world = world;
    this.#books = books;
    this.#truth = truth;
    this.#ids = ids;
    this.#packs = packs;
    this.#wrong = wrong;
  }

  /** When nothing is going on any more; `all`: nothing may be in doubt either. */
  end(all: boolean): void {
    const { bucket, scenario } = this.#world;
    for (const { key, sha256, etag } of bucket.objects.values())
      for (const { slug } of scenario.bots) this.#wanted(slug, key, { sha256, etag }, all);
    for (const { what, key, etag } of this.#books.left)
      if (what === "sending" || bucket.objects.get(key)?.etag === etag)
        this.#wrong(`${key} is still ${what}`);
  }

  #wanted(bot: string, key: string, { sha256, etag }: { sha256: string; etag: string }, all: boolean): void {
    if (this.#truth.swapped.has(sha256)) return;
    const isReady = this.#ids.isReady(bot, sha256, kindsOf(key));
    const etags = this.#truth.etagsOf(sha256);
    const attempts = this.#books.attempts.filter((each) => each.bot === bot && etags.includes(each.etag));
    const isRefused = attempts.some(({ why }) => why !== null && PERMANENT.has(why));
    const mayBeInDoubt = attempts.some(
      (each) => this.#books.statusOf(each) === "unknown" && (!all || this.#staysInDoubt(each)),
    );
    if (!isReady && !isRefused && !mayBeInDoubt)
      this.#wrong(`${key} is not ready for ${bot}: ${JSON.stringify(attempts)}`);
    if (isReady && !this.#isDoubted(etag, all) && this.#books.etagOf(key) !== etag)
      this.#wrong(`${key} does not point at its content`);
  }

  /** Nothing can tell any more whether it was posted. */
  #staysInDoubt(attempt: AttemptRow): boolean {
    return this.#isAlone(attempt) || this.#packs.isMisfit(attempt);
  }

  /** No message is known by whose id one could look for its own, or of which a copy could be made there. */
  #isAlone({ bot, chat }: AttemptRow): boolean {
    const { telegram } = this.#world;
    const there = telegram.chats.find(({ id }) => id === chat);
    return this.#books.attempts.every((post) => {
      if (post.state !== "ready" || post.message === null) return true;
      if (post.bot === bot) return telegram.chats.every(({ id }) => id !== post.chat);
      return post.chat !== chat || there?.type === "group";
    });
  }

  /** A bot is in doubt about it, whose readers may need what the key points at; in the end only for good. */
  #isDoubted(etag: string, all: boolean): boolean {
    // A call that is proved absent leaves its row in doubt where the process died before it sent that again.
    const isInDoubt = (each: AttemptRow) => isUnanswered(each) || this.#books.statusOf(each) === "unknown";
    return this.#books.attempts.some(
      (each) => each.etag === etag && isInDoubt(each) && (!all || this.#staysInDoubt(each)),
    );
  }
}

/** The kinds under which the id of a key may stand: a photo that is refused is sent as a document. */
function kindsOf(key: string): readonly string[] {
  if (key.endsWith(".jpg")) return ["photo", "document"];
  return [key.endsWith(".mp4") ? "video" : "document"];
}

/** What a setting of the scenario refuses. */
const PERMANENT: ReadonlySet<string> = new Set(["url_not_allowed"]);
