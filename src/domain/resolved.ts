export const RESOLVED = ["found", "sent", "unchecked"] as const;

/**
 * How an item came to its id after its answer was lost: its message was `found`; it was proved that there is none, and it was
 * `sent` again; or it was sent again `unchecked`, without a look.
 */
export type Resolved = (typeof RESOLVED)[number];

/**
 * What a run would do about an object whose answer was lost: look for its message; leave it, since that may still come (it can be
 * looked for from `at` on, Unix milliseconds); or send it again, proved to be absent or unchecked.
 */
export type LostPlan =
  | { readonly is: "look" }
  | { readonly is: "later"; readonly at: number }
  | { readonly is: "absent" }
  | { readonly is: "unchecked"; readonly why: string };
