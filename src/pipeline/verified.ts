import type { LimitFunction } from "p-limit";
import { isStated } from "../domain/stated.ts";
import { type CompleteOptions, complete } from "./complete.ts";
import { notAsStated } from "./ended.ts";
import type { KnownContent, Planned } from "./plan.ts";

/**
 * Asks for the objects whose keys are about to get the id of other content for no more than what a manifest says of their
 * ETags and sizes; one that is not what it says becomes a failure.
 */
export async function verified(
  all: Planned[],
  options: CompleteOptions,
  heads: LimitFunction,
): Promise<Planned[]> {
  if (!all.some(isHearsay)) return all;
  return Promise.all(all.map((each) => (isHearsay(each) ? heads(looked, each, options) : each)));
}

type Pointing = Extract<Planned, { type: "item" }> & { readonly point: KnownContent };

function isHearsay(each: Planned): each is Pointing {
  return each.type === "item" && each.point !== undefined && isStated(each.point.entry);
}

async function looked(each: Pointing, options: CompleteOptions): Promise<Planned> {
  const { entry, bot } = each.point;
  const known = await complete(entry, options);
  return known.ok ? each : notAsStated(entry, bot, known);
}
