import { drawMs } from "../profiles.ts";
import { wait } from "./wait.ts";
import type { BotApiWorld, MethodCall } from "./world.ts";

/** Waits as long as a call without new media takes. */
export async function callPause({ profile, clock, random, stop }: BotApiWorld): Promise<void> {
  if (profile.callLatencyMs !== null) await wait(clock, drawMs(profile.callLatencyMs, random), stop);
}

/** Holds back what a fault has posted later, right before it is posted. */
export async function latePause({ lateMs }: MethodCall, { clock, stop }: BotApiWorld): Promise<void> {
  if (lateMs > 0) await wait(clock, lateMs, stop);
}
