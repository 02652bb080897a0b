import type { Result } from "../domain/result.ts";

/** Why nobody but the bot's own server should ask for its updates; null where anybody may. */
export type UpdatesTaken = "webhook" | "polled" | "full" | null;

/** A chat that updates of a bot tell of. */
export interface HeardChat {
  readonly id: string;
  readonly type: "group" | "supergroup" | "channel";
  readonly title: string;
}

/** What waits for a bot, looked at so that its own server still gets all of it. */
export interface BotUpdates {
  /** Asks whether there is a webhook, or so much waits that what is new could not be seen. */
  taken(): Promise<Result<UpdatesTaken>>;
  /**
   * The channels and groups that waiting updates tell of, without those that the bot has left since. `polled`: another process asks for
   * updates at this moment. Nothing is confirmed and no type is chosen: neither `offset` nor `allowed_updates` is sent
   * (core.telegram.org/bots/api#getupdates).
   */
  heard(): Promise<Result<readonly HeardChat[] | "polled">>;
}
