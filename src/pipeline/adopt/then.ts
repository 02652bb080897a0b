import type { AdoptWay } from "../../domain/adopt-way.ts";
import type { Failure } from "../../domain/failure.ts";
import type { PostedMessage } from "../../ledgers/adopt-port.ts";
import type { CallAnswer, SeenMessage, Sent } from "../../telegram/port.ts";

import { isEverywhere } from "./adopted.ts";

/** What an answer comes to. */
export type AdoptStep =
  | { readonly do: "confirm"; readonly media: Sent }
  /** Once more the same way. */
  | { readonly do: "again" }
  /** By another way, or by warming; `everywhere`: this chat refuses the way for any message. */
  | { readonly do: "otherwise"; readonly everywhere: boolean; readonly why: string }
  /** A copy may have been made, and nobody knows its id. */
  | { readonly do: "doubt"; readonly failure: Failure };

/** The same way is gone so often, where nothing decides. */
const TIMES = 3;

/**
 * What follows from an answer; `times` is how often this way was gone for the row, this time included. A lost edit is simply made
 * again: no message is there that was not there before.
 */
export function afterAnswer(
  way: AdoptWay,
  answer: CallAnswer<SeenMessage | "not modified">,
  posted: Pick<PostedMessage, "fileUniqueId">,
  times: number,
): AdoptStep {
  if (answer.ok) {
    if (answer.value !== "not modified") return ofMessage(answer.value, posted);
    return times < TIMES
      ? { do: "again" }
      : otherwise("the invisible end of its caption does not stay", true);
  }
  const { failure } = answer;
  if (failure.class === "in_doubt") {
    if (way === "forward") return { do: "doubt", failure };
    return times < TIMES ? { do: "again" } : otherwise(failure.message, false);
  }
  return otherwise(failure.message, isEverywhere(failure));
}

/** The file is the same for all bots by its `file_unique_id`. */
function ofMessage({ media }: SeenMessage, { fileUniqueId }: Pick<PostedMessage, "fileUniqueId">): AdoptStep {
  if (media === null) return otherwise("its message carries no media any more", false);
  const isSame = fileUniqueId === null || media.fileUniqueId === fileUniqueId;
  return isSame ? { do: "confirm", media } : otherwise("its message carries another file now", false);
}

function otherwise(why: string, everywhere: boolean): AdoptStep {
  return { do: "otherwise", why, everywhere };
}
