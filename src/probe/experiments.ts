import type { ProbeExperiment } from "./experiment.ts";
import { EDIT } from "./experiments/edit.ts";
import { IDS } from "./experiments/ids.ts";
import { KEEPS } from "./experiments/keeps.ts";
import { LIMIT } from "./experiments/limit.ts";
import { MAX_BODY } from "./experiments/max-body.ts";
import { NAMES_BAD } from "./experiments/names-bad.ts";
import { NO_MESSAGE } from "./experiments/no-message.ts";
import { OUTLIVES } from "./experiments/outlives.ts";
import { OVERFLOW } from "./experiments/overflow.ts";
import { PACKS } from "./experiments/packs.ts";
import { QUOTA } from "./experiments/quota.ts";
import { SECOND_BOT } from "./experiments/second-bot.ts";
import { URL_FLOOD } from "./experiments/url-flood.ts";

/** All experiments, in the order in which they are made: some build on what those before them found. */
export const EXPERIMENTS: readonly ProbeExperiment[] = [
  PACKS,
  IDS,
  LIMIT,
  QUOTA,
  OVERFLOW,
  KEEPS,
  NAMES_BAD,
  MAX_BODY,
  URL_FLOOD,
  EDIT,
  OUTLIVES,
  SECOND_BOT,
  NO_MESSAGE,
];
