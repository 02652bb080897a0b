/** Content is sent although there is an id of it already, or a call for it is in doubt. */
export interface SentEven {
  readonly evenIfKnown: boolean;
  readonly evenInDoubt: boolean;
}

/** Why content that was read is not sent. */
export type NotSent<Id> = { readonly type: "known"; readonly stored: Id } | { readonly type: "in_doubt" };

/** Decides by what the ledger found of content that was read; null where it is to be sent. */
export function whyNotSent<Id extends object>(
  found: Id | "in_doubt" | null,
  { evenIfKnown, evenInDoubt }: SentEven,
): NotSent<Id> | null {
  if (found === null || evenIfKnown) return null;
  if (found !== "in_doubt") return { type: "known", stored: found };
  return evenInDoubt ? null : { type: "in_doubt" };
}
