/**
 * How an item came to its id after its answer was lost: its message was `found`; it was proved that there is none, and it was
 * `sent` again; or it was sent again `unchecked`, without a look.
 */
export type Resolved = "found" | "sent" | "unchecked";
