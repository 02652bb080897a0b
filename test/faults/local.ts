import { spawnSync } from "node:child_process";
import type { PlayedCell } from "./local-cell.ts";
import { FILE_CELLS } from "./local-files.ts";
import { LEDGER_CELLS } from "./local-ledger.ts";
import { SHOWN_CELLS } from "./shown.ts";

export const PLAYED_CELLS: readonly PlayedCell[] = [...LEDGER_CELLS, ...FILE_CELLS];
export const LOCAL_CELLS = [...PLAYED_CELLS, ...SHOWN_CELLS];

/** Whether a cell can be played on this machine. */
export function isPlayable({ needs }: PlayedCell): boolean {
  if (needs === undefined) return true;
  const probe =
    needs === "bash" ? ["bash", "-c", "true"] : ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"];
  return spawnSync(probe[0] ?? "", probe.slice(1)).status === 0;
}
