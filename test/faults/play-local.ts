import type { World } from "../helpers/world.ts";
import type { PlayedCell } from "./local-cell.ts";
import { ledgerOf, type Played, played } from "./play.ts";

/** Plays a fault of this machine in a world with one object. */
export async function playLocal(world: World, { play, left = ledgerOf }: PlayedCell): Promise<Played> {
  world.put("a.txt", "a document of some forty bytes, and some more");
  const ended = await play(world);
  return played(ended, [], left(world));
}
