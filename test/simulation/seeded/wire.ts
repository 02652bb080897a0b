import { Dispatcher } from "undici";
import type { Draw } from "./draw.ts";
import { readForm } from "./form.ts";
import type { LaterFault } from "./look-plan.ts";
import { withOtherMedia } from "./rich.ts";
import type { Schedule } from "./schedule.ts";
import { type Call, flooded, type Reply, type SimulatedTelegram } from "./telegram.ts";
import { kindsOf, type Upload, uploadsOf } from "./uploads.ts";

/** What goes wrong with one call on its way, or with its answer. */
export type CallFault =
  | { readonly type: "answer of the one before" }
  | { readonly type: "refused connection" | "lost before" | "lost, and posted late" }
  /** The machine's clock is set by so much as its answer is lost. */
  | { readonly type: "lost after"; readonly jumpMs?: number }
  /** The answer is lost at once, and the message is posted so many milliseconds later. */
  | { readonly type: "posted long after"; readonly ms: number }
  | { readonly type: "status" | "page"; readonly status: number; readonly posted: boolean }
  | { readonly type: "flood"; readonly seconds: number; readonly asText: boolean }
  | { readonly type: "slow"; readonly ms: number }
  /** The answer about several media holds them otherwise than their message. */
  | { readonly type: "other media"; readonly how: "one missing" | "two swapped" }
  /** Of several media only the first so many are posted. */
  | { readonly type: "cut"; readonly to: number }
  | { readonly type: "no answer until"; readonly ms: number };

/** A call as it was seen on the wire. */
export interface SeenCall {
  readonly bot: string;
  readonly chat: string | null;
  readonly method: string;
  readonly startedAt: number;
  /** Which process made it. */
  readonly by: object;
  /** Of what kinds it sends media. */
  readonly kinds: readonly string[];
  /** The files that it carries. */
  readonly uploads: readonly Upload[];
  /** The number of the message that it is about; null where it is about none. */
  readonly message: number | null;
  /** It takes a button away. */
  readonly isUnbuttoning: boolean;
  /** What goes wrong with it; null for nothing. */
  readonly fault: CallFault["type"] | null;
}

/** A wait that an answer asked a process for. */
export interface ToldWait {
  readonly bot: string;
  readonly chat: string | null;
  readonly toldAt: number;
  readonly until: number;
  readonly by: object;
}

/** What a call does: posts a file, asks for a message by changing or copying it, or asks otherwise. */
function sortOf(method: string): "send" | "look" | "read" {
  if (method.startsWith("send")) return "send";
  return /^(?:edit|forward|delete)/.test(method) ? "look" : "read";
}

type Handler = Dispatcher.DispatchHandler;

/** The wires between all processes and Telegram. */
export class Wires {
  readonly calls: SeenCall[] = [];
  readonly waits: ToldWait[] = [];
  /** What goes wrong with the nth call that posts, that changes a message, and with the nth other one. */
  readonly faults = {
    send: new Map<number, CallFault>(),
    look: new Map<number, CallFault>(),
    read: new Map<number, CallFault>(),
  };
  /** Sets the machine's clock. */
  jump: (ms: number) => void = () => {};
  /** How many calls were lost so that they may have posted. */
  doubts = 0;
  readonly schedule: Schedule;
  readonly draw: Draw;
  readonly telegram: SimulatedTelegram;
  /** Calls that nobody has answered yet. */
  readonly open = new Set<Answer>();
  readonly #made = { send: 0, look: 0, read: 0 };

  constructor(schedule: Schedule, draw: Draw, telegram: SimulatedTelegram) {
    this.schedule = schedule;
    this.draw = draw;
    this.telegram = telegram;
  }

  faultOf(method: string): CallFault | undefined {
    const sort = sortOf(method);
    return this.faults[sort].get(++this.#made[sort]);
  }

  /** What goes wrong with a call that is counted from here on. */
  loseLater({ of, nth, fault }: LaterFault): void {
    this.faults[of].set(this.#made[of] + nth, fault);
  }

  /** Ends what is still open: each call has a real timer, which would keep it in memory. */
  close(): void {
    for (const answer of this.open) answer.fail(new Error("the world has ended"));
  }
}

/** The wire of one process: undici's interface, without a socket. */
export class Wire extends Dispatcher {
  readonly #wires: Wires;
  readonly #by: { readonly isDead: boolean };
  readonly #open = new Set<Answer>();
  /** The last answer to a post of this process. */
  #before: string | null = null;

  constructor(wires: Wires, by: { readonly isDead: boolean }) {
    super();
    this.#wires = wires;
    this.#by = by;
  }

  /** Nothing is heard any more. */
  hangUp(): void {
    for (const answer of this.#open) answer.fail(new Error("the connection was closed"));
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Handler): boolean {
    const { schedule, open } = this.#wires;
    const answer = new Answer(handler, [open, this.#open], schedule.waits());
    void schedule.track(this.#exchange(options, answer).catch((error) => answer.fail(error)));
    return true;
  }

  async #exchange(options: Dispatcher.DispatchOptions, answer: Answer): Promise<void> {
    const wires = this.#wires;
    const [, bot = "", method = ""] = /\/bot(\d+):[^/]*\/(\w+)/.exec(options.path) ?? [];
    const startedAt = wires.schedule.now();
    const fault = wires.faultOf(method);
    if (fault?.type === "refused connection") return this.#lose(answer, method, "ECONNREFUSED");
    answer.begin();
    const form = readForm(typeOf(options.headers), await textOf(options.body));
    const cutTo = fault?.type === "cut" ? fault.to : undefined;
    const call = { method, bot, form, startedAt, cutTo };
    const chat = form.fields.get("chat_id") ?? null;
    const uploads = uploadsOf(call, answer);
    const message = Number(form.fields.get("message_id") ?? 0) || null;
    wires.calls.push({
      bot,
      chat,
      method,
      startedAt,
      by: this.#by,
      kinds: kindsOf(call),
      uploads,
      message,
      isUnbuttoning: method === "editMessageReplyMarkup" && !form.fields.has("reply_markup"),
      fault: fault?.type ?? null,
    });
    await wires.schedule.pause(wires.draw.from(20, 600), null);
    if (fault?.type === "lost before") return this.#lose(answer, method, "ECONNRESET");
    if (fault?.type === "lost, and posted late")
      return this.#late(answer, call, wires.draw.from(100, 60_000));
    if (fault?.type === "posted long after") return this.#late(answer, call, fault.ms);
    await this.#answer(call, { chat, uploads }, fault, answer);
  }

  async #answer(
    call: Call,
    { chat, uploads }: Pick<SeenCall, "chat" | "uploads">,
    fault: CallFault | undefined,
    answer: Answer,
  ): Promise<void> {
    const { schedule, draw } = this.#wires;
    const reply = this.#reply(call, fault);
    if (reply.waitMs > 0) await schedule.pause(reply.waitMs, null);
    const slowMs = fault?.type === "slow" || fault?.type === "no answer until" ? fault.ms : 0;
    await schedule.pause(draw.from(20, 900) + slowMs, null);
    if (fault?.type === "lost after" && fault.jumpMs) this.#wires.jump(fault.jumpMs);
    if (fault?.type === "lost after" || fault?.type === "no answer until")
      return this.#lose(answer, call.method, "ECONNRESET");
    if (!answer.isOver) this.#told(call, chat, reply);
    const isPosted = isPost(call, reply);
    const isBelieved = isPosted && !answer.isOver && !reply.isOther;
    for (const upload of uploads) upload.isPosted = isBelieved;
    if (isPosted) this.#before = reply.body;
    answer.give(reply);
  }

  #reply(call: Call, fault: CallFault | undefined): Reply {
    const { telegram } = this.#wires;
    if (fault?.type === "flood") return this.#flood(call, fault);
    if (fault?.type === "answer of the one before") return this.#mixedUp(call, telegram.answer(call));
    if (fault?.type === "other media") return this.#garbled(call, telegram.answer(call), fault.how);
    if (fault?.type !== "status" && fault?.type !== "page") return this.#asItIs(call, telegram.answer(call));
    if (fault.posted) telegram.answer(call);
    this.#doubted(call.method);
    const { status } = fault;
    const json = JSON.stringify({ ok: false, error_code: status, description: "Internal Server Error" });
    return { status, body: fault.type === "page" ? "<html>Bad Gateway</html>" : json, waitMs: 0 };
  }

  /** Somebody between us and the server gives the answer to the last post once more. */
  #mixedUp(call: Call, reply: Reply): Reply {
    if (this.#before === null || !isPost(call, reply)) return this.#asItIs(call, reply);
    this.#doubted(call.method);
    return { ...reply, body: this.#before, isOther: true };
  }

  #garbled(call: Call, reply: Reply, how: "one missing" | "two swapped"): Reply {
    const body = isPost(call, reply) ? withOtherMedia(reply.body, how) : null;
    return this.#asItIs(call, body === null ? reply : { ...reply, body, isOther: true });
  }

  #asItIs(call: Call, reply: Reply): Reply {
    if (reply.isOther) this.#doubted(call.method);
    return reply;
  }

  #flood(call: Call, { seconds, asText }: Extract<CallFault, { type: "flood" }>): Reply {
    const { telegram } = this.#wires;
    const asked = call.form.fields.get("chat_id");
    const chat = telegram.chats.find(({ id }) => id === asked);
    if (chat) telegram.freeze(call.bot, chat, seconds * 1000);
    return flooded(seconds, asText);
  }

  /** The answer is lost at once, and the message is posted all the same, later. */
  async #late(answer: Answer, call: Call, ms: number): Promise<void> {
    const { schedule, telegram } = this.#wires;
    this.#lose(answer, call.method, "ECONNRESET");
    await schedule.pause(ms, null);
    telegram.answer(call);
  }

  #doubted(method: string): void {
    if (sortOf(method) === "send") this.#wires.doubts += 1;
  }

  #lose(answer: Answer, method: string, code: string): void {
    this.#doubted(method);
    answer.fail(Object.assign(new Error("other side closed"), { code }));
  }

  #told({ bot }: Call, chat: string | null, { floodMs }: Reply): void {
    const toldAt = this.#wires.schedule.now();
    if (floodMs === undefined || this.#by.isDead) return;
    this.#wires.waits.push({ bot, chat, toldAt, until: toldAt + floodMs, by: this.#by });
  }
}

/** One answer, given once. What comes after an abort comes too late. */
class Answer {
  readonly #handler: Handler;
  readonly #open: readonly Set<Answer>[];
  readonly #given: () => void;
  readonly #controller: Dispatcher.DispatchController;
  isOver = false;

  /** It is in each of `open` until it is given; `given` is called once the caller goes on. */
  constructor(handler: Handler, open: readonly Set<Answer>[], given: () => void) {
    this.#handler = handler;
    this.#open = open;
    this.#given = given;
    const abort = (reason: Error) => this.fail(reason);
    const state = { aborted: false, paused: false, reason: null };
    this.#controller = { ...state, abort, pause() {}, resume() {} };
    for (const each of open) each.add(this);
  }

  /** The connection is made. */
  begin(): void {
    this.#handler.onRequestStart?.(this.#controller, {});
    this.#handler.onConnect?.((reason) => this.fail(reason ?? new Error("aborted")));
  }

  give({ status, body }: Reply): void {
    if (!this.#ends()) return;
    this.#handler.onResponseStart?.(this.#controller, status, {}, "");
    this.#handler.onResponseData?.(this.#controller, Buffer.from(body));
    this.#handler.onResponseEnd?.(this.#controller, {});
    this.#handler.onHeaders?.(status, [], () => {}, "");
    this.#handler.onData?.(Buffer.from(body));
    this.#handler.onComplete?.([]);
  }

  fail(error: Error): void {
    if (!this.#ends()) return;
    this.#handler.onResponseError?.(this.#controller, error);
    this.#handler.onError?.(error);
  }

  /** False when it was given before. */
  #ends(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    for (const each of this.#open) each.delete(this);
    this.#given();
    return true;
  }
}

function isPost({ method }: Call, { body }: Reply): boolean {
  return sortOf(method) === "send" && body.includes('"message_id"');
}

function typeOf(headers: Dispatcher.DispatchOptions["headers"]): string {
  const all = headers as Record<string, string>;
  const name = Object.keys(all).find((each) => each.toLowerCase() === "content-type") ?? "";
  return all[name] ?? "";
}

async function textOf(body: unknown): Promise<string> {
  if (Buffer.isBuffer(body)) return body.toString("latin1");
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
}
