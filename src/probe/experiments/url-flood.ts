import { LIMITS } from "../../domain/limits.ts";
import type { ProbeExperiment } from "../experiment.ts";
import { found, moot, open } from "../verdicts.ts";
import { QUIET_MS } from "./limit.ts";

/** Media by URL in one message, from the most on. */
const SIZES = [LIMITS.pack.media, 20, 10, 5, 2];

/** How many media of one message may come by URL. */
export const URL_FLOOD: ProbeExperiment = {
  id: "url_flood",
  title: "how many media of one message may come by URL",
  why: "albums by URL meet floods of their own, and such packs might",
  sends: "one message of small photos of your bucket by URL; a smaller one while a wait is asked for",
  most: 1,
  whats: ["url_flood"],
  packs: true,
  run: async ({ lane, urls, known }) => {
    if (known("quota")?.result === "media") return moot("media count here, so packs are not used");
    const waits: { media: number; wait_s: number }[] = [];
    for (const size of SIZES) {
      const signed = await urls(size);
      if (!signed.ok) return moot(signed.failure.message);
      const answer = await lane.pack(signed.value.map((media) => ({ kind: "photo", media })));
      if (answer.ok) return result(size, waits);
      if (answer.failure.class !== "flood") return open(answer.failure);
      waits.push({ media: size, wait_s: Math.ceil((answer.failure.retryAfterMs ?? 0) / 1_000) });
      await lane.rest(lane.waitMs + QUIET_MS);
    }
    return result(0, waits);
  },
};

function result(taken: number, waits: readonly { media: number }[]) {
  const refused = waits.at(-1)?.media;
  const limit = refused === undefined ? "" : `, ${refused} are asked to wait`;
  const says = taken === 0 ? `none of those tried${limit}` : `${taken} are taken${limit}`;
  const evidence = { taken, waits };
  return found(says, { what: "url_flood", scopes: ["bot"], result: String(taken), evidence });
}
