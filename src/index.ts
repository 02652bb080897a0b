/** The library door: what bots and scripts may build on. */
export type { EventMap } from "./domain/events.ts";
export type { Failure, FailureClass } from "./domain/failure.ts";
export type { MediaKind } from "./domain/media.ts";
export type { ItemResult, ItemStatus } from "./domain/outcome.ts";
export type { Reason, SkipReason } from "./domain/reasons.ts";
