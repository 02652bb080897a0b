import { type ContentId, isProvisional, provisionalId } from "../../domain/content.ts";
import { whyNotSent } from "../../domain/known-content.ts";
import type { AskedRow } from "../look-port.ts";
import type { AttemptFacts, AttemptId, BeginAnswer, IdOrDoubt, ReadContent } from "../port.ts";
import { begin } from "./attempts.ts";
import { rekey, resolve } from "./content.ts";
import { idOf } from "./rows.ts";
import type { Steps } from "./steps.ts";
import type { Store } from "./store.ts";

/** Begins an attempt at an object that was read, or whose hash another one has shown, in the way of its database, unless its content is known. */
export function* beginRead(
  { bot, kind }: AttemptFacts,
  read: ReadContent,
  begin: () => Steps<AttemptId>,
): Steps<BeginAnswer> {
  const why = whyNotSent(yield* idByHash({ bot, kind, content: read.sha256 }), read);
  return why ?? { type: "begun", attempt: yield* begin() };
}

/** Returns what there is for each content, in order; null where its hash is not known. */
export function* idsOf(asked: readonly AskedRow[]): Steps<IdOrDoubt[]> {
  const found: IdOrDoubt[] = [];
  for (const row of asked) found.push(yield* idByHash(row));
  return found;
}

function* idByHash(asked: AskedRow): Steps<IdOrDoubt> {
  const content = yield* resolve(asked.content);
  return isProvisional(content) ? null : yield* idOf({ ...asked, content });
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
