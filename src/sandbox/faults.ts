import { STATUS_CODES } from "node:http";
import { type FaultRule, type FaultServer, isEarly } from "./fault-rules.ts";
import { type Random, seededRandom } from "./profiles.ts";
import type { R2Fault, R2FaultHook } from "./r2/faults.ts";

/** What a rule can be matched by. `reused` is true for a request that is not the first of its connection. */
interface FaultRequest {
  readonly method: string;
  readonly operation?: string | undefined;
  readonly chat?: string | undefined;
  readonly key?: string | undefined;
  readonly reused?: boolean | undefined;
}

/** What goes wrong with one request; absent members do not. Times are on the sandbox's clock. */
export interface Fault {
  readonly latencyMs?: number;
  readonly bytesPerSecond?: number;
  /** The connection is cut after this many bytes of the body. */
  readonly resetAfterBytes?: number;
  /** Cut without an answer; `posted` says whether the message is posted first. */
  readonly drop?: { readonly posted: boolean };
  readonly hang?: { readonly posted: boolean };
  readonly status?: {
    readonly code: number;
    readonly body: "json" | "empty" | "html";
    readonly description: string | null;
    readonly posted: boolean;
  };
  /** The answer is lost at once, and the message is posted so much later. */
  readonly lateMs?: number;
  readonly flood?: { readonly retryAfter: number; readonly as400: boolean };
  readonly closeIdle?: true;
}

/** `early` faults apply before the body is read, `late` ones after; R2 applies both at once. */
type FaultPhase = "early" | "late" | "both";

/** Decides what goes wrong with the requests to one server. */
export interface FaultPlan {
  /**
   * Returns the faults for this request; of each type, the first matching rule wins. Counts calls, so it must be called
   * once a phase.
   */
  pick(request: FaultRequest, sinceStartMs: number, phase?: FaultPhase): Fault | undefined;
}

interface RuleState {
  readonly rule: FaultRule;
  seen: number;
  left: number;
}

/** Returns the plan for one server. The same seed and the same requests give the same faults. */
export function faultPlan(rules: readonly FaultRule[], server: FaultServer, seed: number): FaultPlan {
  const random = seededRandom(seed);
  const states: RuleState[] = rules
    .filter((rule) => rule.server === server)
    .map((rule) => ({ rule, seen: 0, left: 0 }));
  return {
    pick(request, sinceStartMs, phase = "both") {
      let fault: Fault | undefined;
      for (const state of states) {
        if (phase !== "both" && (phase === "early") !== isEarly(state.rule)) continue;
        if (!matches(state.rule, request, sinceStartMs) || !strikes(state, random)) continue;
        fault = { ...faultOf(state.rule.fault, random), ...fault };
      }
      return fault;
    },
  };
}

function matches({ match, fault }: FaultRule, request: FaultRequest, sinceStartMs: number): boolean {
  if (!nameMatches(match.method ?? match.operation, request)) return false;
  if (match.chat !== undefined && String(match.chat) !== request.chat) return false;
  if (match.key !== undefined && !keyMatches(match.key, request.key)) return false;
  if (fault.type === "close_idle" && request.reused !== true) return false;
  return sinceStartMs >= (match.from ?? 0) && sinceStartMs < (match.until ?? Number.POSITIVE_INFINITY);
}

function nameMatches(name: string | undefined, { method, operation }: FaultRequest): boolean {
  if (name === undefined) return true;
  return [method, operation].some((it) => it?.toLowerCase() === name.toLowerCase());
}

function keyMatches(pattern: string, key: string | undefined): boolean {
  if (key === undefined) return false;
  return pattern.endsWith("*") ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}

function strikes(state: RuleState, random: Random): boolean {
  state.seen += 1;
  if (state.left > 0) {
    state.left -= 1;
    return true;
  }
  const { nth, probability, count } = state.rule.match;
  if (nth !== undefined && state.seen !== nth) return false;
  if (probability !== undefined && random() >= probability) return false;
  state.left = (count ?? 1) - 1;
  return true;
}

function faultOf(spec: FaultRule["fault"], random: Random): Fault {
  switch (spec.type) {
    case "latency":
      return { latencyMs: drawn(spec.ms, random) };
    case "post_late":
      return { lateMs: drawn(spec.seconds, random) * 1_000 };
    case "bandwidth":
      return { bytesPerSecond: spec.bytes_per_second };
    case "reset":
      return spec.when === "mid_body"
        ? { resetAfterBytes: spec.after_bytes }
        : { drop: { posted: spec.posted } };
    case "half_open":
      return { hang: { posted: spec.posted } };
    case "status": {
      const { status: code, body, description, posted } = spec;
      return { status: { code, body, description: description ?? null, posted } };
    }
    case "flood":
      return { flood: { retryAfter: spec.retry_after, as400: spec.as_400 } };
    case "post_then_drop":
      return { drop: { posted: true } };
    case "close_idle":
      return { closeIdle: true };
  }
}

function drawn(range: number | readonly [number, number], random: Random): number {
  const [from, to] = typeof range === "number" ? [range, range] : range;
  return from + (to - from) * random();
}

/** Returns a plan as the hook that the R2 stand-in takes; `sinceStart` returns milliseconds of the sandbox's clock. */
export function r2FaultHook(plan: FaultPlan, sinceStart: () => number): R2FaultHook {
  return ({ method, operation, key }) => {
    const fault = plan.pick({ method, operation, key: key ?? undefined }, sinceStart());
    if (fault === undefined) return undefined;
    const { drop, hang, status, ...common } = fault;
    return {
      ...common,
      ...(drop ? { resetAfterBytes: 0 } : {}),
      ...(hang ? { hang: true } : {}),
      ...(status ? r2Status(status) : {}),
    };
  };
}

function r2Status({ code, body, description }: NonNullable<Fault["status"]>): Partial<R2Fault> {
  if (body === "empty") return { status: code };
  if (body === "html") return { status: code, body: proxyPage(code), contentType: "text/html" };
  const message = description ?? "We encountered an internal error. Please try again.";
  const name = code === 503 ? "ServiceUnavailable" : "InternalError";
  return {
    status: code,
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${name}</Code><Message>${message}</Message></Error>`,
    contentType: "application/xml",
  };
}

/** Returns the error page of a proxy in front of a server. */
export function proxyPage(status: number): string {
  const title = `${status} ${STATUS_CODES[status] ?? ""}`.trim();
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
}
