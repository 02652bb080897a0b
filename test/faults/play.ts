import dns from "node:dns";
import type { IncomingMessage } from "node:http";
import { onTestFinished } from "vitest";
import type { Ended } from "../helpers/child.ts";
import { openWorld, type World } from "../helpers/world.ts";
import { type Act, type Front, openFront } from "./front.ts";
import { WIRE_PLACES, type WirePlace, type WirePlaceName } from "./places.ts";
import { WIRE_FAULTS, type WireFault, type WireFaultName } from "./wire-faults.ts";

/** A name that only these tests know. */
const NAME = "far-end.test";
const STALL_MS = 4_000;

export type Times = "always" | "once";

export interface Played {
  readonly ended: Ended;
  /** Lines that tell of trouble, whole. */
  readonly lines: readonly string[];
  readonly says: string;
  readonly code: number | null;
  readonly ledger: string;
}

/** Plays a fault in a place: each time, with no second try; or once, with one. */
export async function playWire(
  placeName: WirePlaceName,
  faultName: WireFaultName,
  times: Times,
): Promise<Played> {
  const place: WirePlace = WIRE_PLACES[placeName];
  const fault: WireFault = WIRE_FAULTS[faultName];
  const world = await openWorld();
  await place.prepare(world);
  const stage = await stageOf(world, place, fault, times);
  const own = times === "once" ? (place.argsOnce ?? place.args) : place.args;
  const args = ["--retries", times === "once" ? "1" : "0", ...own];
  const ended = await world.run(args, { env: stage.env });
  return played(ended, stage.names, ledgerOf(world));
}

interface Stage {
  readonly env: Record<string, string>;
  /** What addresses are called in the table. */
  readonly names: readonly (readonly [address: string, name: string])[];
}

async function stageOf(world: World, place: WirePlace, fault: WireFault, times: Times): Promise<Stage> {
  let left = times === "once" ? 1 : Number.POSITIVE_INFINITY;
  let isGone = fault.away !== undefined && place.after === null;
  const leave = () => {
    isGone = true;
    setImmediate(() => front.shut());
  };
  const rule = (incoming: IncomingMessage): Act | null => {
    if (fault.away && place.after?.(incoming) && !isGone)
      return async (exchange) => {
        await exchange.answer(await exchange.truth());
        leave();
      };
    const { act } = fault;
    if (!act || !place.has(incoming) || left-- <= 0) return null;
    return (exchange) => act(exchange, place.speech);
  };
  const isS3 = place.speech === "s3";
  const front: Front = await openFront(isS3 ? world.r2.url : world.botApi.url, rule);
  if (isGone && fault.away === "refused") front.shut();
  if (fault.away === "unknown name") answerNames(() => !isGone);
  const host = `${fault.away === "unknown name" ? NAME : "127.0.0.1"}:${front.port}`;
  const variable = isS3 ? "R2_ENDPOINT" : "TELEGRAM_API_ROOT";
  const waits = fault.isSlow
    ? {
        PREWARM_STALL_TIMEOUT: `${STALL_MS}ms`,
        // Where Telegram waits for R2, it is the one that gives up.
        ...(isS3 ? {} : { PREWARM_ANSWER_TIMEOUT: `${STALL_MS}ms` }),
      }
    : {};
  return {
    env: { [variable]: `http://${host}`, ...waits },
    names: [
      [host, isS3 ? "R2" : "API"],
      [`127.0.0.1:${front.port}`, isS3 ? "R2" : "API"],
      [NAME, isS3 ? "R2" : "API"],
      [new URL(world.botApi.url).host, "API"],
    ],
  };
}

/** Has {@link NAME} mean this machine while `knows` says so; ends with the test. */
function answerNames(knows: () => boolean): void {
  const real = dns.lookup;
  onTestFinished(() => {
    dns.lookup = real;
  });
  // biome-ignore lint/suspicious/noExplicitAny: one function for all of its forms
  dns.lookup = ((name: string, options: any, done: any) => {
    if (name !== NAME) return real(name, options, done);
    if (!knows()) {
      const error = new Error(`getaddrinfo ENOTFOUND ${NAME}`);
      return process.nextTick(done, Object.assign(error, { code: "ENOTFOUND", syscall: "getaddrinfo" }));
    }
    const found = options.all ? [[{ address: "127.0.0.1", family: 4 }]] : ["127.0.0.1", 4];
    return process.nextTick(done, null, ...found);
  }) as typeof dns.lookup;
}

const TROUBLE = /^(?:stopping|stopped|failed|unknown|weak|warning|error|prewarm)\b(?! run: \d)/;

/** What a command came to; `ledger` is what is left in words. */
export function played(ended: Ended, names: Stage["names"], ledger: string): Played {
  const lines = ended.stderr
    .split("\n")
    .filter((line) => TROUBLE.test(line) && !/^prewarm \d/.test(line))
    .map((line) => names.reduce((text, [address, name]) => text.replaceAll(address, name), line));
  return {
    ended,
    lines,
    says: [...new Set(lines.map(essence))].join(" / ") || "nothing",
    code: ended.code,
    ledger,
  };
}

/** Without the object before it, its reason and the next step behind it. */
function essence(line: string): string {
  const [, what = line] = /^(?:stopping|failed \S+|unknown \S+|prewarm|warning): (.*)$/.exec(line) ?? [];
  return what.replace(/ \([a-z_0-9]+\)(?=\. Next: )/, "").replace(/\. Next: .*$/, "");
}

/** The rows, and how many messages are in the chat. */
export function ledgerOf(world: World): string {
  const posted = `${world.posts().length} posted`;
  const rows = world.rows("select status, error_reason as reason from media_cache order by id");
  const words = rows.map(({ status, reason }) => [status, reason].filter((it) => it !== null).join(" "));
  return [...(rows.length === 0 ? ["no row"] : new Set(words)), posted].join(", ");
}
