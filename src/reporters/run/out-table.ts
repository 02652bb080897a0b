import { type Failure, nextStep } from "../../domain/failure.ts";
import { asWritten } from "../../domain/wording.ts";
import type { Snapshot } from "../../figures/snapshot.ts";
import { cut, oneLine } from "../format.ts";
import { type Canvas, table } from "../table.ts";
import { laneName } from "./lane-rows.ts";

const [NARROWEST, WIDEST] = [60, 120];
const NAME = 34;
const MOST = 20;

/** Who could not be sent by: each bot without a lane, and each lane of the others, with why and the way out; null for none. */
export function outTable({ botsOut, lanesOut }: Snapshot, canvas: Canvas): string | null {
  const isOut = new Set(botsOut.map(({ bot }) => bot));
  const out: [name: string, why: Failure][] = [
    ...botsOut.map(({ bot, failure }): [string, Failure] => [`bot ${oneLine(bot)}`, failure]),
    ...lanesOut
      .filter(({ bot }) => !isOut.has(bot))
      .map((lane): [string, Failure] => [laneName(lane), lane.closed]),
  ];
  if (out.length === 0) return null;
  const { wording = asWritten } = canvas;
  const width = Math.max(NARROWEST, Math.min(WIDEST, canvas.width - 1));
  const colWidths = [NAME, width - NAME - 3];
  const rows = out
    .slice(0, MOST)
    .map(([name, { reason, message }]) => [
      `${cut(name, NAME - 2)}\n${reason}`,
      `${cut(oneLine(message), width - NAME - 5)}\n${wording(nextStep(reason))}`,
    ]);
  if (out.length > MOST) rows.push([`+${out.length - MOST} more`, "all of them: --json"]);
  return table(["out", "why and what to do"], rows, canvas, { colWidths, lined: true });
}
