import { MEDIA_KINDS, type MediaKind } from "../../domain/media.ts";
import { canaryVerdict } from "../../pipeline/packs/canary.ts";
import type { ProbeExperiment, ProbeFound, ProbeScene } from "../experiment.ts";
import { found, open } from "../verdicts.ts";

/** Whether ids that come in a pack can be sent by the ordinary method of their kind. */
export const IDS: ProbeExperiment = {
  id: "ids",
  title: "do ids from such a message serve sendPhoto, sendVideo and the rest",
  why: "an id that serves nothing else is no use, and its kind goes singly",
  sends: "for each of the six kinds one message with one small sample, and its id once more",
  most: 2 * MEDIA_KINDS.length,
  whats: MEDIA_KINDS.map((kind) => `ids:${kind}` as const),
  packs: true,
  run: async (scene) => {
    const trials: Trial[] = [];
    for (const kind of MEDIA_KINDS) trials.push(await tryKind(kind, scene));
    const all = trials.flatMap(({ result }) => result ?? []);
    if (all.length === 0) return open({ message: trials[0]?.says ?? "nothing was tried" });
    return found(trials.map(({ kind, says }) => `${kind} ${says}`).join(", "), ...all);
  },
};

interface Trial {
  readonly kind: MediaKind;
  readonly says: string;
  readonly result: ProbeFound | null;
}

async function tryKind(kind: MediaKind, { lane, media }: ProbeScene): Promise<Trial> {
  const sample = await media.sample(kind);
  const posted = await lane.patiently(() => lane.pack([{ kind, media: sample }]));
  if (!posted.ok) return { kind, says: `no result (${posted.failure.message})`, result: null };
  const id = posted.value.blocks[0]?.sent?.fileId;
  if (id === undefined) return { kind, says: "no result (the answer holds no id)", result: null };
  const sent = await lane.patiently(() => lane.send({ kind, media: id }));
  const verdict = canaryVerdict(kind, sent);
  if (verdict === "open") return { kind, says: "no result", result: null };
  const evidence = sent.ok ? { came_as: sent.value.kind } : { answer: sent.failure.message };
  const says = verdict === "ordinary" ? "yes" : "no";
  return { kind, says, result: { what: `ids:${kind}`, scopes: ["bot"], result: verdict, evidence } };
}
