import type { Snapshot } from "../../figures/snapshot.ts";
import { count } from "../format.ts";

/** Which command looks for what is left, and when it is now, in Unix milliseconds. */
export interface LostLinesOptions {
  readonly command: string;
  readonly nowMs: number;
}

/**
 * What became of answers that were lost in earlier runs, in sentences: how they were resolved, why some were sent without a look,
 * which stay unknown, and when they can be looked for. None where nothing was lost.
 */
export function lostLines({ lostAnswers }: Snapshot, { command, nowMs }: LostLinesOptions): string[] {
  const { resolved, unchecked, later, lookAt, open } = lostAnswers;
  const parts = [
    resolved.found > 0 ? `${count(resolved.found)} found by looking` : "",
    resolved.sent > 0 ? `${count(resolved.sent)} sent anew, proved not to be there` : "",
    resolved.unchecked > 0 ? `${count(resolved.unchecked)} sent anew unchecked` : "",
  ].filter((part) => part !== "");
  return [
    ...(parts.length > 0 ? [`lost answers: ${parts.join(", ")}`] : []),
    ...[...unchecked].map(([why, times]) => `unchecked ${count(times)}: ${why}`),
    ...(lookAt === null ? [] : [laterLine(later, momentOf(lookAt, nowMs), command)]),
    ...[...open].map(([why, times]) => `${stay(times)} unknown: ${why}`),
  ];
}

function laterLine(later: number, at: string, command: string): string {
  const objects = later === 1 ? "1 object whose answer was" : `${count(later)} objects whose answers were`;
  return `${objects} lost can be looked for from ${at}; run \`${command} --only unknown\` again then`;
}

function stay(times: number): string {
  return times === 1 ? "1 stays" : `${count(times)} stay`;
}

/** A moment in local time: `14:05`, with its day where that is another one. */
function momentOf(unixMs: number, nowMs: number): string {
  // Nothing can be looked for within the minute before.
  const at = new Date(Math.ceil(unixMs / 60_000) * 60_000);
  const [day, today] = [dayOf(at), dayOf(new Date(nowMs))];
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return day === today ? time : `${day} ${time}`;
}

function dayOf(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
