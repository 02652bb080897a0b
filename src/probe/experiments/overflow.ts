import { LIMITS } from "../../domain/limits.ts";
import type { ProbeExperiment } from "../experiment.ts";
import { found, moot, open } from "../verdicts.ts";
import { QUIET_MS } from "./limit.ts";

/** A message with more media than the quota ever lets through at once. */
export const OVERFLOW: ProbeExperiment = {
  id: "overflow",
  title: "where media count: does a message with more of them than fit at once ever pass",
  why: "it says whether packs there are slow or never posted",
  sends: `where media count, one message of ${LIMITS.pack.media} small photos from rest; once more if it has to wait`,
  most: 2,
  whats: ["overflow"],
  packs: true,
  run: async ({ lane, media, known }) => {
    if (known("quota")?.result !== "media") return moot("messages count here, not their media");
    const size = LIMITS.pack.media;
    const pack = media.photos(size).map((photo) => ({ kind: "photo" as const, media: photo }));
    const waits: number[] = [];
    for (let tries = 0; tries < 2; tries += 1) {
      await lane.rest(lane.waitMs + QUIET_MS);
      const answer = await lane.pack(pack);
      const evidence = { media: size, waits_s: waits };
      if (answer.ok)
        return found("it passes from rest, and the rest is owed", {
          what: "overflow",
          scopes: ["chat", "type"],
          result: "debt",
          evidence,
        });
      if (answer.failure.class !== "flood") return open(answer.failure);
      waits.push(Math.ceil((answer.failure.retryAfterMs ?? 0) / 1_000));
    }
    return found("it never does", {
      what: "overflow",
      scopes: ["chat", "type"],
      result: "refuse",
      evidence: { media: size, waits_s: waits },
    });
  },
};
