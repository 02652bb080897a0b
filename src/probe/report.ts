import type { ProbeOutcome } from "./probe.ts";

/** What a report is made with. */
export interface ReportParts {
  readonly config: {
    readonly apiRoot: string;
    readonly apiLocal: boolean;
    readonly timeScale: number;
    readonly bots: readonly { readonly slug: string; readonly chats: readonly string[] }[];
  };
  readonly version: string;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** Unix milliseconds. */
  readonly wall: number;
}

/** Members of evidence that name a file, by which others could fetch it. */
const PRIVATE = ["file_id"];

/**
 * What a probe found, to be sent to others: without tokens, file_ids, names, or ids of bots and chats, which become `chat 1`.
 */
export function reportOf(outcomes: readonly ProbeOutcome[], parts: ReportParts) {
  const { config, version, wall } = parts;
  const hide = hider(outcomes, parts);
  return {
    format: "prewarm-probe/1",
    prewarm: version,
    made_at: new Date(wall).toISOString(),
    api:
      config.apiRoot === "https://api.telegram.org" ? "cloud" : config.apiLocal ? "own, local mode" : "own",
    time_scale: config.timeScale,
    experiments: outcomes.map(({ experiment, chat, chatType, status, says, proofs }) => ({
      id: experiment.id,
      chat: hide(chat),
      chat_type: chatType,
      status: status === "unpaid" ? "budget" : status,
      says: hide(says),
      results: proofs.map(({ what, scope, result, evidence, at }) => ({
        what,
        scope: hide(scope),
        result,
        evidence: JSON.parse(hide(JSON.stringify(withoutPrivate(evidence)))) as unknown,
        at: new Date(at).toISOString(),
      })),
    })),
  };
}

function withoutPrivate(evidence: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(Object.entries(evidence).filter(([name]) => !PRIVATE.includes(name)));
}

function hider(outcomes: readonly ProbeOutcome[], { config, redact }: ReportParts): (text: string) => string {
  const asked = outcomes.map(({ chat }) => chat);
  const configured = config.bots.flatMap(({ chats }) => chats);
  const chats = [...new Set([...asked, ...configured])];
  const host = new URL(config.apiRoot).host;
  return (text) => {
    const hidden = chats.reduce((rest, chat, nth) => rest.replaceAll(chat, `chat ${nth + 1}`), redact(text));
    return hidden.replaceAll(host, "the server");
  };
}
