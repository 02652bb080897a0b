import type { ProbeExperiment } from "../experiment.ts";
import type { ProbeLane } from "../lane.ts";
import { found, moot, open } from "../verdicts.ts";

/** How a second bot in the chat gets ids of its own by messages of the first. */
export const SECOND_BOT: ProbeExperiment = {
  id: "second_bot",
  title: "does a second bot get an id of its own by an edit or a forward",
  why: "run --adopt-from moves no bytes for it",
  sends: "one small photo, which the second bot edits or forwards, and the id that it got",
  most: 4,
  whats: ["second_bot"],
  packs: false,
  run: async ({ lane, second, media }) => {
    if (second === null) return moot("no second bot is configured in this chat");
    const sent = await lane.patiently(() => lane.send({ kind: "photo", media: media.photo() }));
    if (!sent.ok) return open(sent.failure);
    const { messageId } = sent.value;
    const tried: string[] = [];
    for (const way of ["edit", "forward"] as const) {
      const id = await idBy(way, messageId, second);
      const works =
        id !== null && (await second.patiently(() => second.send({ kind: "photo", media: id }))).ok;
      tried.push(way);
      if (works) return result(way, tried);
    }
    return result("none", tried);
  },
};

async function idBy(way: "edit" | "forward", messageId: number, second: ProbeLane): Promise<string | null> {
  const seen =
    way === "edit" ? await second.button(messageId) : await second.patiently(() => second.forward(messageId));
  if (!seen.ok || seen.value === "not modified") return null;
  return seen.value.media?.fileId ?? null;
}

function result(way: "edit" | "forward" | "none", tried: readonly string[]) {
  const says = way === "none" ? "by neither" : `by ${way === "edit" ? "an edit" : "a forward"}`;
  return found(says, { what: "second_bot", scopes: ["type"], result: way, evidence: { tried } });
}
