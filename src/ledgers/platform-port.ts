/** A bot of the platform whose database a ledger is in, and the chat that it warms media in, as it stands there. */
export interface PlatformBot {
  readonly slug: string;
  readonly chat: string | null;
}

/** A ledger that may be in the database of a platform. */
export interface OfPlatform {
  /** Returns the bots of that platform; absent, or none, where it is nobody's. */
  platformBots?(): Promise<readonly PlatformBot[]>;
}
