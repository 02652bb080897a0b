/** Whether several media go in one message (`--pack`): where that is proved, never, or up to so many, proved on the way. */
export type PackRule = { readonly type: "auto" | "off" } | { readonly type: "up to"; readonly most: number };
