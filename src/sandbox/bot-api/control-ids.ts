import type { BotIdentity } from "./bots.ts";
import { botsNamed, ControlError, type ControlStep } from "./control-names.ts";
import type { DeadOrder } from "./control-schema.ts";
import type { StoredFile } from "./stored-file.ts";
import type { BotApiWorld } from "./world.ts";

/** Has ids die: those of one file for one bot, of an object's content, or all. Throws ControlError where there are none. */
export function killIds(order: DeadOrder, world: BotApiWorld): ControlStep {
  const given = [order.file_id, order.key, order.all].filter((each) => each !== undefined);
  if (given.length !== 1) throw new ControlError("dead: give one of file_id, key and all");
  if (order.file_id !== undefined) return killId(order.file_id, order, world);
  const files = order.key === undefined ? world.files.list() : filesOfKey(order.key, world);
  const bots = botsNamed(order.bot, world);
  return () => {
    for (const file of files) kill(file, bots, world);
  };
}

function killId(id: string, order: DeadOrder, world: BotApiWorld): ControlStep {
  for (const bot of botsNamed(order.bot, world)) {
    const found = world.files.toGet(id, bot);
    if (found.ok) return () => kill(found.value.file, [bot], world);
  }
  throw new ControlError("dead.file_id: no bot has this id, or it is dead already");
}

function filesOfKey(key: string, world: BotApiWorld): readonly StoredFile[] {
  if (world.sha256OfKey === null)
    throw new ControlError("dead.key: this server has no bucket beside it; name ids instead");
  const sha256 = world.sha256OfKey(key);
  if (sha256 === null) throw new ControlError(`dead.key: the bucket has no object "${key}"`);
  const files = world.files.list().filter((file) => file.sha256 === sha256);
  if (files.length === 0) throw new ControlError(`dead.key: nothing of "${key}" was ever sent`);
  return files;
}

function kill(file: StoredFile, bots: readonly BotIdentity[], world: BotApiWorld): void {
  for (const bot of bots) world.files.ids.kill(bot, file);
}
