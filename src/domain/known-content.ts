/**
 * Which content in doubt is sent all the same: that of which each lost call was looked for, or any. What an object holds may turn out only
 * when it is read, after the calls of its own row were looked for: those of another key of its content may still be found.
 */
export type EvenInDoubt = "looked_for" | "always";

/** Content is sent although there is an id of it already, or a call for it is in doubt. */
export interface SentEven {
  readonly evenIfKnown: boolean;
  readonly evenInDoubt: EvenInDoubt | null;
}

/**
 * A call for content is in doubt; `looked_for`: each one was looked for, and none can be found any more; `under_way`: this process makes one,
 * or is about to try its id.
 */
export type ContentDoubt = "in_doubt" | "looked_for" | "under_way";

/** Why content is not sent; what is under way is not sent for now. */
export type NotSent<Id> =
  | { readonly type: "known"; readonly stored: Id }
  | { readonly type: "in_doubt" }
  | { readonly type: "under_way" };

/** Decides by what the ledger found of content; null where it is to be sent. */
export function whyNotSent<Id extends object>(
  found: Id | ContentDoubt | null,
  { evenIfKnown, evenInDoubt }: SentEven,
): NotSent<Id> | null {
  if (found === "under_way") return { type: "under_way" };
  if (found === null || evenIfKnown) return null;
  if (typeof found === "object") return { type: "known", stored: found };
  const isSent = evenInDoubt === "always" || (evenInDoubt === "looked_for" && found === "looked_for");
  return isSent ? null : { type: "in_doubt" };
}
