import { type ContentId, isProvisional, provisionalId } from "../../domain/content.ts";
import { whyNotSent } from "../../domain/known-content.ts";
import type { BeginAllAnswer, NotBegun } from "../attempt-facts.ts";
import type { AskedRow } from "../look-port.ts";
import type { AttemptFacts, AttemptId, BeginAnswer, IdOrDoubt, ReadContent } from "../port.ts";
import { begin } from "./attempts.ts";
import { rekey, resolve } from "./content.ts";
import { idUnlessHere } from "./rows.ts";
import type { Steps } from "./steps.ts";
import type { Store } from "./store.ts";

/** Begins an attempt at an object in the way of its database, unless its content is known, in doubt or under way by its hash. */
export function* beginRead(
  store: Store,
  facts: AttemptFacts,
  read: ReadContent,
  begin: () => Steps<AttemptId>,
): Steps<BeginAnswer> {
  return (yield* whyNotBegun(store, facts, read)) ?? { type: "begun", attempt: yield* begin() };
}

/** The same for all attempts of one call, or for none. */
export function* beginAllRead(
  store: Store,
  facts: readonly AttemptFacts[],
  reads: readonly ReadContent[],
  begin: (facts: AttemptFacts, read: ReadContent, nth: number) => Steps<AttemptId>,
): Steps<BeginAllAnswer> {
  const left: [number, NotBegun][] = [];
  for (const [nth, read] of reads.entries()) {
    const why = yield* whyNotBegun(store, facts[nth] as AttemptFacts, read);
    if (why) left.push([nth, why]);
  }
  if (left.length > 0) return { type: "not_all", left };
  const attempts: AttemptId[] = [];
  for (const [nth, read] of reads.entries())
    attempts.push(yield* begin(facts[nth] as AttemptFacts, read, nth));
  return { type: "begun", attempts };
}

function* whyNotBegun(store: Store, { bot, kind }: AttemptFacts, read: ReadContent): Steps<NotBegun | null> {
  const content = yield* resolve(read.sha256);
  if (isProvisional(content)) return null;
  const why = whyNotSent(yield* idUnlessHere(store, { bot, kind, content }), read);
  return why ?? (content === read.sha256 ? null : { type: "learned", content });
}

/** Returns what there is for each content, in order; null where its hash is not known. */
export function* idsOf(store: Store, asked: readonly AskedRow[]): Steps<IdOrDoubt[]> {
  const found: IdOrDoubt[] = [];
  for (const row of asked) {
    const content = yield* resolve(row.content);
    found.push(isProvisional(content) ? null : yield* idUnlessHere(store, { ...row, content }));
  }
  return found;
}

/**
 * Begins an attempt under the hash of what was read, if none is known yet: nothing has to move to it when it is confirmed. For a database
 * that only one process writes to: of several, those that do not know the hash could not see that this content is on its way.
 */
export function* beginUnderHash(store: Store, facts: AttemptFacts, sha256: ContentId): Steps<AttemptId> {
  if (isProvisional(sha256)) return yield* begin(store, facts);
  const content = yield* resolve(facts.content);
  if (!isProvisional(content)) return yield* begin(store, { ...facts, content });
  yield* rekey(store, provisionalId(facts.entry), sha256);
  return yield* begin(store, { ...facts, content: sha256 });
}
