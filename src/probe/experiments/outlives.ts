import type { ProbeExperiment } from "../experiment.ts";
import { found, open } from "../verdicts.ts";

/** So long after its message was deleted the id is tried, in milliseconds. */
const LATER_MS = 10_000;

/** Whether an id works once its message is gone. */
export const OUTLIVES: ProbeExperiment = {
  id: "id_outlives_message",
  title: "does an id still work when its message is deleted",
  why: "only then may warmup messages be deleted (--delete-after)",
  sends: "one small photo, and its id once that message is deleted",
  most: 2,
  whats: ["id_outlives_message"],
  packs: false,
  run: async ({ lane, media }) => {
    const sent = await lane.patiently(() => lane.send({ kind: "photo", media: media.photo() }));
    if (!sent.ok) return open(sent.failure);
    await lane.clear();
    if (lane.standing > 0) return open({ message: "its message could not be deleted" });
    await lane.rest(LATER_MS);
    const again = await lane.patiently(() => lane.send({ kind: "photo", media: sent.value.fileId }));
    if (!again.ok && again.failure.class !== "media" && again.failure.reason !== "file_id_dead")
      return open(again.failure);
    const result = again.ok ? "lives" : "dies";
    const evidence = {
      after_s: LATER_MS / 1_000,
      ...(again.ok ? {} : { answer: again.failure.message }),
    };
    const says = again.ok ? `it still works ${evidence.after_s} s later` : "it works no more";
    return found(says, { what: "id_outlives_message", scopes: ["bot"], result, evidence });
  },
};
