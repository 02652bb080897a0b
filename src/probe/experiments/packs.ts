import type { ProbeExperiment } from "../experiment.ts";
import { found, open } from "../verdicts.ts";

/** Whether the server has a message of several media, and this chat takes one. */
export const PACKS: ProbeExperiment = {
  id: "packs",
  title: "does this server take several media in one message (sendRichMessage)",
  why: "without it everything goes singly",
  sends: "one message with one small photo",
  most: 1,
  whats: ["packs"],
  packs: false,
  run: async ({ lane, media }) => {
    const answer = await lane.patiently(() => lane.pack([{ kind: "photo", media: media.photo() }]));
    if (answer.ok)
      return found("it takes them", { what: "packs", scopes: ["bot"], result: "supported", evidence: {} });
    if (answer.failure.reason !== "method_unknown") return open(answer.failure);
    const evidence = { answer: answer.failure.message };
    return found("it has no such method", {
      what: "packs",
      scopes: ["bot"],
      result: "unsupported",
      evidence,
    });
  },
};
