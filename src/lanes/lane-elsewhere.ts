import type { LaneName, LaneOwner } from "../ledgers/share-port.ts";

/** What people are told of a lane that another process has. */
export function toldOfElsewhere({ bot, chat }: LaneName, { command, pid, host }: LaneOwner): string {
  return `lane ${bot} x ${chat} is in use by \`${command}\` (pid ${pid} on ${host}); it goes on here as soon as that one has no work for it, and after a while in any case`;
}
