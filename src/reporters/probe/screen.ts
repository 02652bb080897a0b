import type { Writable } from "node:stream";
import type { ChalkInstance } from "chalk";
import { asWritten, type Wording } from "../../domain/wording.ts";
import type { ConformOutcome } from "../../probe/conform.ts";
import type { ProbeExperiment } from "../../probe/experiment.ts";
import type { ProbeOutcome } from "../../probe/probe.ts";
import { cut, duration, fold, oneLine } from "../format.ts";
import type { ProbeEnding } from "./lines.ts";

export interface ProbeScreenOptions {
  readonly stream: Writable & { readonly columns?: number | undefined };
  readonly colour: ChalkInstance;
  /** A line is written over while something is waited for. */
  readonly live: boolean;
  readonly quiet: boolean;
  /** How many times faster than the wall the probe's clock runs. */
  readonly scale: number;
  readonly redact: (text: string) => string;
  readonly wording?: Wording | undefined;
  /** What goes on from it, as commands to be pasted: with what has no result, and to see what runs make of the others. */
  readonly next: { readonly goOn: (most: number) => string; readonly plan: string };
}

/** Where a probe posts, and how much. */
export interface ShownPlan {
  readonly bot: string;
  readonly chats: readonly { readonly id: string; readonly title: string; readonly type: string }[];
  readonly most: number;
}

/** What is told of all facts together. */
interface FactCounts {
  readonly total: number;
  readonly same: number;
  readonly differs: number;
  readonly not_played: number;
  readonly messages_posted: number;
  readonly messages_left: number;
}

const WORDS: Readonly<Record<ProbeOutcome["status"], string>> = {
  found: "ok  ",
  known: "ok  ",
  moot: "--  ",
  open: "????",
  unpaid: "----",
  stopped: "stop",
};
const CLEAR_LINE = "\r\u001b[2K";
const [WIDTH, NAME] = [80, 20];
/** A shorter wait is no news where lines stay. */
const TOLD_MS = 20_000;

/** A probe as people read it: a line for each experiment, as it ends. */
export class ProbeScreen {
  readonly #options: ProbeScreenOptions;
  #doing = "";
  #chat = "";

  constructor(options: ProbeScreenOptions) {
    this.#options = options;
  }

  planned({ bot, chats, most }: ShownPlan): void {
    const where = chats.map(({ type, title, id }) => `${type} ${oneLine(title)} (${id})`).join(", ");
    const text = `Probing bot ${bot} in ${where}: at most ${most} messages, sent silently, each deleted again`;
    if (!this.#options.quiet) this.#say(fold(text, WIDTH, "  ").join("\n"));
  }

  began({ id }: ProbeExperiment, chat: string): void {
    this.#doing = id;
    if (this.#chat !== chat && this.#chat !== "" && !this.#options.quiet) this.#say(`\n${chat}`);
    this.#chat = chat;
    this.#draw(`  ....  ${id.padEnd(NAME)}`);
  }

  waiting(ms: number): void {
    const { live, quiet, scale } = this.#options;
    const text = `  ....  ${this.#doing.padEnd(NAME)} waits ${duration(ms)}${scale === 1 ? "" : ` (${duration(ms / scale)} here)`}`;
    if (live) this.#draw(text);
    else if (!quiet && ms >= TOLD_MS && this.#doing !== "") this.#say(text);
  }

  ended({ experiment, status, says }: ProbeOutcome): void {
    const { quiet, colour, redact, wording = asWritten } = this.#options;
    this.#doing = "";
    if (quiet) return;
    const [first = "", ...rest] = fold(wording(oneLine(redact(says))), WIDTH - NAME - 9, "");
    const paint =
      { found: colour.green, known: colour.green, moot: colour.dim }[status as string] ?? colour.yellow;
    this.#say(`  ${paint(WORDS[status])}  ${experiment.id.padEnd(NAME)} ${first}`);
    for (const line of rest) this.#say(`${" ".repeat(NAME + 9)}${line}`);
  }

  /** A fact that was played; what is as it says is not told one by one where lines stay. */
  fact(id: string, status: ConformOutcome["status"], says: readonly string[]): void {
    const { quiet, colour, redact } = this.#options;
    this.#doing = id;
    if (status === "same") this.#draw(`  ok    ${id}`);
    if (quiet || status === "same") return;
    const word = { differs: "DIFF", not_played: "--  ", open: "????", unpaid: "----", stopped: "stop" }[
      status
    ];
    const paint = status === "not_played" ? colour.dim : colour.yellow;
    this.#say(`  ${paint(word)}  ${id}`);
    for (const text of says)
      for (const line of fold(oneLine(redact(text)), WIDTH - 8, "")) this.#say(`        ${line}`);
  }

  /** How all facts came out. */
  facts(summary: FactCounts): void {
    this.#draw("");
    if (this.#options.quiet) return;
    const { total, same, differs, not_played, messages_posted, messages_left } = summary;
    this.#say(
      `\n${same} of ${total} facts are as they say, ${differs} ${differs === 1 ? "is" : "are"} not, ${not_played} could not be played; ${messages_posted} messages posted, ${messages_left} left`,
    );
  }

  notice(level: "info" | "warn", text: string): void {
    const { colour, redact, wording = asWritten } = this.#options;
    if (this.#options.quiet && level === "info") return;
    this.#say((level === "warn" ? colour.yellow : colour)(wording(oneLine(redact(text)))));
  }

  /** What it took, what it means for runs, and what to do next. */
  end(outcomes: readonly ProbeOutcome[], { posted, left, durationMs, exitCode }: ProbeEnding): void {
    const { quiet, wording = asWritten, colour } = this.#options;
    this.#draw("");
    if (quiet) return;
    const rest =
      left === 0 ? "none is left in the chat" : `${left} left: the next \`prewarm probe\` takes them away`;
    this.#say(
      `\n${posted} ${posted === 1 ? "message" : "messages"} posted, ${wording(rest)}; ${duration(durationMs)}`,
    );
    const packs = packsText(outcomes);
    if (packs !== null) this.#say(wording(packs));
    const { goOn, plan } = this.#options.next;
    if (exitCode === 5 || exitCode === 3)
      this.#say(`Next, for what has no result: ${colour.bold(wording(goOn(mostOf(outcomes))))}`);
    else if (exitCode === 0 && resultOf(outcomes, "quota") === "messages")
      this.#say(`Next: ${colour.bold(wording(plan))}`);
  }

  #say(text: string): void {
    const { stream, live } = this.#options;
    stream.write(`${live ? CLEAR_LINE : ""}${text}\n`);
  }

  #draw(text: string): void {
    const { stream, live } = this.#options;
    if (live) stream.write(`${CLEAR_LINE}${cut(text, (stream.columns || WIDTH) - 1)}`);
  }
}

function resultOf(outcomes: readonly ProbeOutcome[], what: string): string | null {
  return outcomes.flatMap(({ proofs }) => proofs).find((proof) => proof.what === what)?.result ?? null;
}

/** Messages that the largest experiment may take which there were too few for. */
function mostOf(outcomes: readonly ProbeOutcome[]): number {
  const unpaid = outcomes.filter(({ status }) => status === "unpaid");
  return Math.max(1, ...unpaid.map(({ experiment }) => experiment.most));
}

/** What runs make of it; null where not all of it was asked. */
function packsText(outcomes: readonly ProbeOutcome[]): string | null {
  const quota = resultOf(outcomes, "quota");
  if (resultOf(outcomes, "packs") === "unsupported") return "Packs: the server takes none, all goes singly";
  if (quota === "media") return "Packs: media count in this chat, so all goes singly";
  const proofs = outcomes.flatMap((each) => each.proofs);
  const tried = proofs.filter(({ what }) => what.startsWith("ids:"));
  if (quota !== "messages" || tried.length === 0) return null;
  const good = tried
    .filter(({ result }) => result === "ordinary")
    .map(({ what }) => what.slice("ids:".length));
  if (good.length === 0) return "Packs: ids from packs serve nothing else, so all goes singly";
  const keeps = resultOf(outcomes, "keeps") ?? "20";
  return `Packs: \`prewarm run\` now sends up to ${keeps} media in one message (${[...new Set(good)].join(", ")})`;
}
