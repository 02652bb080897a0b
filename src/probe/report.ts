import type { Secret } from "../domain/secret.ts";
import type { ProbeOutcome } from "./probe.ts";

/** What a report is made with. */
export interface ReportParts {
  readonly config: {
    readonly apiRoot: string;
    readonly apiLocal: boolean;
    readonly testEnvironment: boolean;
    readonly timeScale: number;
    readonly bots: readonly { readonly token: Secret; readonly chats: readonly string[] }[];
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
  const hide = hider(
    outcomes.map(({ chat }) => chat),
    parts,
  );
  return {
    ...reportHead(parts, "prewarm-probe/1"),
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

/** What every report begins with. */
export function reportHead({ config, version, wall }: ReportParts, format: string) {
  const own = config.apiLocal ? "own, local mode" : "own";
  return {
    format,
    prewarm: version,
    made_at: new Date(wall).toISOString(),
    api: config.apiRoot === "https://api.telegram.org" ? "cloud" : own,
    test_environment: config.testEnvironment,
    time_scale: config.timeScale,
  };
}

/** Takes secrets, the server, and ids of these and all configured chats and bots out of a text. */
export function hider(asked: readonly string[], { config, redact }: ReportParts): (text: string) => string {
  const configured = config.bots.flatMap(({ chats }) => chats);
  const chats = [...new Set([...asked, ...configured])];
  const bots = config.bots.map(({ token }) => token.reveal().split(":", 1)[0] ?? "");
  const { host } = new URL(config.apiRoot);
  const named = [
    ...chats.map((chat, nth) => [chat, `chat ${nth + 1}`] as const),
    ...bots.map((bot, nth) => [bot, `bot ${nth + 1}`] as const),
    [host, "the server"] as const,
  ];
  return (text) =>
    named.reduce((rest, [name, other]) => (name === "" ? rest : rest.replaceAll(name, other)), redact(text));
}
