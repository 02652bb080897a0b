import type { ProbeExperiment } from "../experiment.ts";
import { found, open } from "../verdicts.ts";

/** Whether an error about one medium of several says which. */
export const NAMES_BAD: ProbeExperiment = {
  id: "names_bad",
  title: "does an error say which of several media it is about",
  why: "a pack with one bad medium is then tried again without it, and otherwise in halves",
  sends: "one message with a file among its photos that is none, which is refused",
  most: 1,
  whats: ["names_bad"],
  packs: true,
  run: async ({ lane, media }) => {
    const photos = [media.photo(), media.broken(), media.photo()];
    const pack = photos.map((photo) => ({ kind: "photo" as const, media: photo }));
    const answer = await lane.patiently(() => lane.pack(pack));
    if (answer.ok) return open({ message: "a file that is no photo was taken as one" });
    if (answer.failure.class !== "media" && answer.failure.reason !== "refused_unclear")
      return open(answer.failure);
    const result = answer.medium === 1 ? "named" : "unnamed";
    const evidence = { answer: answer.failure.message, bad: 2, of: photos.length };
    const says = result === "named" ? "the error names the medium" : "the error names none";
    return found(says, { what: "names_bad", scopes: ["bot"], result, evidence });
  },
};
