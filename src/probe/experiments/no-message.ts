import type { ProbeEvidence, ProbeExperiment } from "../experiment.ts";
import { found, open } from "../verdicts.ts";

const WHAT = "id_without_message";

/** Whether an id that came without any message works, also much later. */
export const NO_MESSAGE: ProbeExperiment = {
  id: WHAT,
  title: "does an id live that came without any message (uploadStickerFile)",
  why: "it tells whether ids need their messages at all; probe --again looks at the same id again",
  sends: "a small picture as the file of a sticker, and its id once",
  most: 1,
  whats: [WHAT],
  packs: false,
  run: async (scene) => {
    const { lane, clock } = scene;
    const before = scene.known(WHAT)?.evidence;
    const id = typeof before?.file_id === "string" ? before.file_id : null;
    const given = id === null ? await scene.sticker() : { ok: true as const, value: id };
    if (!given.ok) {
      if (given.failure.class === "flood" || given.failure.class === "transient") return open(given.failure);
      return result("refused", { answer: given.failure.message }, "no id was given");
    }
    const uploadedAt = Number(before?.uploaded_at) || clock.wall();
    const there = await lane.checkFile(given.value);
    if (!there.ok && there.failure.reason !== "file_id_dead") return open(there.failure);
    const sent = there.ok
      ? await lane.patiently(() => lane.send({ kind: "document", media: given.value }))
      : null;
    const hours = (clock.wall() - uploadedAt) / 3_600_000;
    const evidence = {
      file_id: given.value,
      uploaded_at: uploadedAt,
      after_hours: Math.round(hours * 100) / 100,
      sends: sent?.ok === true,
    };
    const age = hours < 0.01 ? "at once" : `after ${hours.toFixed(1)} h`;
    return result(there.ok ? "lives" : "dies", evidence, there.ok ? `it lives ${age}` : `it is dead ${age}`);
  },
};

function result(value: "lives" | "dies" | "refused", evidence: ProbeEvidence, says: string) {
  return found(says, { what: WHAT, scopes: ["bot"], result: value, evidence });
}
