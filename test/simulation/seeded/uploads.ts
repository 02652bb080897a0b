import { createHash } from "node:crypto";
import { readRich } from "./rich.ts";
import type { Call } from "./telegram.ts";

/** A file on its way. */
export interface Upload {
  readonly sha256: string;
  /** The kind that it is sent as. */
  readonly kind: string;
  /** By which its attempt is known. */
  readonly tag: string | null;
  /** The caller has its answer, or was told that there is none. */
  readonly answer: { readonly isOver: boolean };
  /** It was answered with the message that was posted. */
  isPosted: boolean;
}

/** The files that a call carries. */
export function uploadsOf(
  { method, form }: Pick<Call, "method" | "form">,
  answer: Upload["answer"],
): Upload[] {
  const made = (sha256: string, kind: string, tag: string | null): Upload => {
    return { sha256, kind, tag, answer, isPosted: false };
  };
  if (method === "sendRichMessage")
    return readRich(form).flatMap(({ sha256, kind, tag }) =>
      sha256 === null ? [] : [made(sha256, kind, tag)],
    );
  if (form.file === null) return [];
  const tag = form.fields.get("caption") ?? null;
  return [made(createHash("sha256").update(form.file).digest("hex"), kindOf(method), tag)];
}

/** The kinds of media that a call sends, one for each. */
export function kindsOf({ method, form }: Pick<Call, "method" | "form">): string[] {
  if (method === "sendRichMessage") return readRich(form).map(({ kind }) => kind);
  return method.startsWith("send") ? [kindOf(method)] : [];
}

function kindOf(method: string): string {
  return method.replace("send", "").toLowerCase();
}
