import type { Failure } from "../../domain/failure.ts";

/** What becomes of the media of a pack that came to nothing. */
export type AfterPack =
  /** It happened to each of them as it would have singly: a wait, a doubt, a chat that is out. */
  | { readonly do: "each" }
  /** One of them broke it; its own failure goes on as if it had gone singly, the others go again. */
  | { readonly do: "fail one"; readonly medium: number }
  /** Telegram refused one of them: that one goes singly, the others go again. */
  | { readonly do: "set apart"; readonly medium: number }
  /** Telegram refused one of them and does not say which. */
  | { readonly do: "halve" }
  /** The server has no such method: no pack goes any more. */
  | { readonly do: "give up" }
  /** The chat turns the message away: whether it takes single ones shows by them. */
  | { readonly do: "go singly" }
  /** Something refuses bodies of this size. */
  | { readonly do: "shrink" };

const MAY_BE_ONE = ["refused_unclear", "kind_not_allowed", "upload_incomplete", "chat_refuses"];

/** Decides, without doing anything, what follows a pack that was refused or broke off; `medium` is the one that is named. */
export function afterPack({ class: cls, reason }: Failure, medium: number | null): AfterPack {
  if (reason === "method_unknown") return { do: "give up" };
  if (reason === "body_refused") return { do: "shrink" };
  if (cls === "media" || MAY_BE_ONE.includes(reason))
    return medium === null ? { do: "halve" } : { do: "set apart", medium };
  if (reason === "no_rights") return { do: "go singly" };
  const isItsOwn = cls === "object" || cls === "config" || (cls === "transient" && reason !== "stopped");
  return isItsOwn && medium !== null ? { do: "fail one", medium } : { do: "each" };
}
