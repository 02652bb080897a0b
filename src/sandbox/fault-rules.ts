import * as v from "valibot";

const Text = v.pipe(v.string(), v.minLength(1));
const Ms = v.pipe(v.number(), v.minValue(0));
const Seconds = v.pipe(v.number(), v.minValue(0));
const Whole = v.pipe(v.number(), v.integer(), v.minValue(1));
const Share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

const Match = v.strictObject({
  /** Bot API method or HTTP method of R2, in any case. */
  method: v.optional(Text),
  /** Another name for `method`. */
  operation: v.optional(Text),
  /** Numeric id of the chat (Bot API). */
  chat: v.optional(v.union([Text, v.number()])),
  /** Object key (R2); a `*` at the end matches any rest. */
  key: v.optional(Text),
  /** Share of the matching calls, 0 to 1. */
  probability: v.optional(Share),
  /** Only the nth matching call, from 1. */
  nth: v.optional(Whole),
  /** How many calls in a row it applies to; 1 by default. */
  count: v.optional(Whole),
  /** Milliseconds of the sandbox's clock since its start. */
  from: v.optional(Ms),
  until: v.optional(Ms),
});

const Posted = v.optional(v.boolean(), false);

const FaultSpec = v.variant("type", [
  v.strictObject({ type: v.literal("latency"), ms: v.union([Ms, v.tuple([Ms, Ms])]) }),
  v.strictObject({ type: v.literal("bandwidth"), bytes_per_second: v.pipe(v.number(), v.minValue(1)) }),
  v.strictObject({
    type: v.literal("reset"),
    when: v.optional(v.picklist(["before_answer", "mid_body"]), "before_answer"),
    after_bytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 1_024),
    posted: Posted,
  }),
  v.strictObject({ type: v.literal("half_open"), posted: Posted }),
  v.strictObject({
    type: v.literal("status"),
    status: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)),
    body: v.optional(v.picklist(["json", "empty", "html"]), "json"),
    description: v.optional(Text),
    posted: Posted,
  }),
  v.strictObject({ type: v.literal("flood"), retry_after: Whole, as_400: v.optional(v.boolean(), false) }),
  v.strictObject({ type: v.literal("post_then_drop") }),
  /** The connection is cut at once, and what the call posts or changes happens so many seconds later. */
  v.strictObject({ type: v.literal("post_late"), seconds: v.union([Seconds, v.tuple([Seconds, Seconds])]) }),
  v.strictObject({ type: v.literal("close_idle") }),
]);

const Rule = v.strictObject({
  server: v.picklist(["r2", "bot-api"]),
  match: v.optional(Match, {}),
  fault: FaultSpec,
});

const Rules = v.array(Rule);

/** One rule of a fault file. */
export type FaultRule = v.InferOutput<typeof Rule>;
/** The server that a rule is for. */
export type FaultServer = FaultRule["server"];

/** Thrown for a fault list that cannot be used; the message names the place. */
export class FaultFileError extends Error {
  override name = "FaultFileError";
}

/**
 * Checks the contents of a fault file or control call, a JSON array of rules. Throws {@link FaultFileError} with the
 * place.
 */
export function parseFaults(input: unknown): FaultRule[] {
  const parsed = v.safeParse(Rules, input);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new FaultFileError(
      `faults${v.getDotPath(issue) ? `.${v.getDotPath(issue)}` : ""}: ${issue.message}`,
    );
  }
  parsed.output.forEach(checkTogether);
  return parsed.output;
}

function checkTogether(rule: FaultRule, index: number): void {
  const telegramOnly = ["flood", "post_then_drop", "post_late", "close_idle"];
  if (rule.server === "r2" && telegramOnly.includes(rule.fault.type)) {
    throw new FaultFileError(`faults.${index}.fault.type: ${rule.fault.type} is a fault of bot-api only`);
  }
  if (rule.server === "bot-api" && rule.match.chat !== undefined && isEarly(rule)) {
    throw new FaultFileError(`faults.${index}.match.chat: this fault strikes before the chat is read`);
  }
}

/** True for a fault that applies before the body of a Bot API call is read. */
export function isEarly({ fault }: FaultRule): boolean {
  if (fault.type === "reset") return fault.when === "mid_body";
  return fault.type === "bandwidth" || fault.type === "close_idle";
}
