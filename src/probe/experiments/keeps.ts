import { LIMITS } from "../../domain/limits.ts";
import type { ProbeEvidence, ProbeExperiment, ProbeFound } from "../experiment.ts";
import { found, moot, open } from "../verdicts.ts";

/** How many media of a message stay in it. */
export const KEEPS: ProbeExperiment = {
  id: "keeps",
  title: "how many media of one message are kept, and what ids of the others are good for",
  why: "what comes after the 20th was seen to be dropped without a word: packs hold no more until more is proved",
  sends: `one message of ${LIMITS.pack.media} small photos, which is edited to see it; an id of one that was dropped`,
  most: 2,
  whats: ["keeps", "dropped_ids"],
  packs: true,
  run: async ({ lane, media, known }) => {
    if (known("quota")?.result === "media") return moot("media count here, so packs are not used");
    const size = LIMITS.pack.media;
    const pack = media.photos(size).map((photo) => ({ kind: "photo" as const, media: photo }));
    const posted = await lane.patiently(() => lane.pack(pack));
    if (!posted.ok) return open(posted.failure);
    const seen = await lane.button(posted.value.messageId);
    if (!seen.ok) return open(seen.failure);
    const kept = seen.value === "not modified" ? null : (seen.value.blocks?.length ?? null);
    if (kept === null) return open({ message: "the edited message did not come back with its media" });
    const keeps: ProbeFound = {
      what: "keeps",
      scopes: ["chat", "type"],
      result: String(kept),
      evidence: { sent: size, answered: posted.value.blocks.length, kept },
    };
    if (kept >= size) return found(`all ${size} are kept`, keeps, dropped("none", {}));
    const id = posted.value.blocks[kept]?.sent?.fileId;
    if (id === undefined) return found(`${kept} of ${size} are kept`, keeps, dropped("none", {}));
    const sent = await lane.patiently(() => lane.send({ kind: "photo", media: id }));
    const works = sent.ok ? "work" : "do not work";
    return found(
      `${kept} of ${size} are kept; ids of the others ${works}`,
      keeps,
      dropped(sent.ok ? "live" : "dead", sent.ok ? {} : { answer: sent.failure.message }),
    );
  },
};

function dropped(result: string, evidence: ProbeEvidence): ProbeFound {
  return { what: "dropped_ids", scopes: ["bot"], result, evidence };
}
