import type { Failure } from "../../domain/failure.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { ProbeExperiment } from "../experiment.ts";
import { found, open } from "../verdicts.ts";

/** Halvings of the largest size. */
const TRIES = 6;

/** How large the uploads of one message may be together. */
export const MAX_BODY: ProbeExperiment = {
  id: "max_body",
  title: "how many bytes may the uploads of one message have together",
  why: "packs of uploads are kept below it",
  sends:
    "one message with one empty document, as large as a pack may be; smaller ones while they are refused",
  most: 1,
  uploads: 2 * LIMITS.pack.cloudBytes,
  whats: ["max_body"],
  packs: true,
  run: async ({ lane, media, mostBytes }) => {
    const refused: number[] = [];
    for (let bytes = mostBytes; refused.length < TRIES; bytes = Math.floor(bytes / 2)) {
      const pack = [{ kind: "document" as const, media: media.document(bytes) }];
      const answer = await lane.patiently(() => lane.pack(pack));
      if (answer.ok || isTooLarge(answer.failure)) {
        if (!answer.ok) refused.push(bytes);
        else return result(bytes, refused);
      } else return open(answer.failure);
    }
    return result(0, refused);
  },
};

function isTooLarge({ reason, code }: Failure): boolean {
  return reason === "body_refused" || reason === "file_too_big" || code === 413;
}

function result(taken: number, refused: readonly number[]) {
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const last = refused.at(-1);
  const says = [
    taken > 0 ? `${mb(taken)} are taken` : "none of those tried are taken",
    ...(last === undefined ? [] : [`${mb(last)} are refused`]),
  ].join(", ");
  const evidence = { taken_bytes: taken, refused_bytes: refused };
  return found(says, { what: "max_body", scopes: ["bot"], result: String(taken), evidence });
}
