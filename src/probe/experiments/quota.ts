import { LIMITS } from "../../domain/limits.ts";
import type { Result } from "../../domain/result.ts";
import { documentedPace } from "../../lanes/documented-pace.ts";
import type { ProbeExperiment, ProbeScene, ProbeVerdict } from "../experiment.ts";
import type { ProbeMedium } from "../lane.ts";
import { found, open } from "../verdicts.ts";
import { QUIET_MS } from "./limit.ts";

/** Media of a message: as many as are known to be kept. */
const SIZE = LIMITS.pack.keptMedia;
/** Messages of several media, at least and at the most. */
const [LEAST, MOST] = [3, 9];
/** Together they bring so many times what the chat bears singly, in a minute and at once. */
const PROOF = 1.5;

/** What the quota of a chat counts. */
export const QUOTA: ProbeExperiment = {
  id: "quota",
  title: "does the quota of this chat count messages or the media in them",
  why: "where it counts messages, a channel takes many times as many media a minute",
  sends: `messages of ${SIZE} small photos at the usual pace, and one photo alone; where a wait is asked for, as many single photos`,
  most: 2 * (MOST + 1),
  whats: ["quota"],
  packs: true,
  run: async (scene) => {
    const { lane } = scene;
    const bears = boundOf(scene);
    const packs = Math.min(MOST, Math.max(LEAST, Math.ceil((bears * PROOF) / SIZE)));
    await lane.rest(lane.waitMs + QUIET_MS);
    const packed = await series(scene, packs + 1, packsOf(scene, packs));
    if (packed.failure !== null) return open({ message: packed.failure });
    const media = packs * SIZE;
    if (!packed.isFlood) return verdict("messages", { messages: packed.passed, media, bears });
    const retryAfter = Math.ceil(lane.waitMs / 1_000);
    await lane.rest(lane.waitMs + QUIET_MS);
    const photo = () => lane.send({ kind: "photo", media: scene.media.photo() });
    const singly = await series(scene, packed.passed + 1, photo);
    if (singly.failure !== null) return open({ message: singly.failure });
    if (singly.isFlood)
      return open({
        message: "as many single photos were asked to wait too: somebody else may be posting there",
      });
    const evidence = { messages: packed.passed, media: packed.passed * SIZE, retry_after_s: retryAfter };
    return verdict("media", { ...evidence, single_photos: singly.passed, bears });
  },
};

/** Messages that this chat may let through singly within a minute from rest. */
function boundOf({ lane, known }: ProbeScene): number {
  const seen = known("limit")?.evidence;
  const documented = documentedPace(lane.chat.type);
  return (Number(seen?.at_once) || documented) + (Number(seen?.per_minute) || documented);
}

/** The first uploads its photos, the others send them by id, which takes no time; the last message is one photo. */
function packsOf({ lane, media }: ProbeScene, packs: number) {
  let photos: readonly ProbeMedium[] = media.photos(SIZE).map((photo) => ({ kind: "photo", media: photo }));
  let posted = 0;
  return async () => {
    if (posted === packs) return lane.send({ kind: "photo", media: media.photo() });
    posted += 1;
    const answer = await lane.pack(photos);
    if (!answer.ok) return answer;
    const ids = answer.value.blocks.flatMap(({ sent }) => sent?.fileId ?? []);
    photos = ids.map((id) => ({ kind: "photo", media: id }));
    return answer;
  };
}

interface Series {
  readonly passed: number;
  readonly isFlood: boolean;
  /** Another failure, which says nothing about the quota. */
  readonly failure: string | null;
}

/** Makes so many calls at a pace that the chat bears, up to the first that fails. */
async function series(
  { lane, known }: ProbeScene,
  calls: number,
  call: () => Promise<Result<unknown>>,
): Promise<Series> {
  const spaceMs = 60_000 / (Number(known("limit")?.evidence.per_minute) || documentedPace(lane.chat.type));
  for (let passed = 0; passed < calls; passed += 1) {
    if (passed > 0) await lane.rest(spaceMs);
    const answer = await call();
    if (answer.ok) continue;
    const isFlood = answer.failure.class === "flood";
    return { passed, isFlood, failure: isFlood ? null : answer.failure.message };
  }
  return { passed: calls, isFlood: false, failure: null };
}

function verdict(result: "messages" | "media", evidence: Readonly<Record<string, unknown>>): ProbeVerdict {
  const says =
    result === "messages"
      ? `messages: ${evidence.media} media in ${evidence.messages} messages met no wait`
      : `media: as many single photos met no wait where messages of ${SIZE} did`;
  return found(says, { what: "quota", scopes: ["chat", "type"], result, evidence });
}
