import type { ProbeExperiment } from "../experiment.ts";
import { found, open } from "../verdicts.ts";

/** Whether an edit answers with the media of the message. */
export const EDIT: ProbeExperiment = {
  id: "edit",
  title: "does an edit answer with the whole message, media and id included",
  why: "messages whose answers were lost are found by it, and a second bot gets ids by it",
  sends: "one small photo, to which a button is given",
  most: 1,
  whats: ["edit"],
  packs: false,
  run: async ({ lane, media }) => {
    const sent = await lane.patiently(() => lane.send({ kind: "photo", media: media.photo() }));
    if (!sent.ok) return open(sent.failure);
    const edited = await lane.button(sent.value.messageId);
    if (!edited.ok) {
      if (edited.failure.class !== "object" && edited.failure.reason !== "message_locked")
        return open(edited.failure);
      const evidence = { answer: edited.failure.message };
      return found("it is refused", { what: "edit", scopes: ["type"], result: "refused", evidence });
    }
    const seen = edited.value === "not modified" ? null : edited.value.media;
    const isSame = seen?.fileUniqueId === sent.value.fileUniqueId;
    const result = seen === null ? "bare" : "media";
    const says = seen === null ? "the answer is without its media" : "the answer holds its media";
    return found(says, { what: "edit", scopes: ["type"], result, evidence: { same_unique_id: isSame } });
  },
};
