import { type ContentId, isProvisional, provisionalId } from "../../domain/content.ts";
import { whyNotSent } from "../../domain/known-content.ts";
import type { AttemptFacts, AttemptId, BeginAnswer, ReadContent } from "../port.ts";
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
  const content = yield* resolve(read.sha256);
  const why = isProvisional(content) ? null : whyNotSent(yield* idOf({ bot, kind, content }), read);
  return why ?? { type: "begun", attempt: yield* begin() };
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
