/** Which far end a connection leads to. */
export type Link = "r2" | "bot-api" | "postgres";
/** Which bytes: those of the client, or those of the server. */
export type Way = "request" | "answer";

/** Bytes of one way that pass before something happens. */
interface Moment {
  readonly way: Way;
  readonly after: number;
}

/** What becomes of one exchange: a request on a connection, and its answer. */
export type WireAct =
  /** Nobody listens for so long; the connection that asked is reset. */
  | { readonly do: "refuse"; readonly ms: number }
  | ({ readonly do: "reset" } & Moment)
  /** Nothing more passes, and nothing is closed. */
  | ({ readonly do: "silent" } & Moment)
  | { readonly do: "slow"; readonly way: Way; readonly piece: number; readonly everyMs: number }
  | { readonly do: "late"; readonly ms: number }
  /** The answer ends early, and its head announced more. */
  | { readonly do: "cut"; readonly after: number }
  /** The answer's body ends early, as its head announces. */
  | { readonly do: "short"; readonly after: number }
  /** Closed once the answer has passed, although it said that it stays. */
  | { readonly do: "close"; readonly reset: boolean }
  /** Another answer comes; `delivered` says whether the server got the request. */
  | { readonly do: "instead"; readonly answer: string; readonly delivered: boolean }
  /** The last answer to a request of this kind comes once more. */
  | { readonly do: "other"; readonly delivered: boolean }
  /** The process gets a signal; after SIGSTOP it goes on `ms` later. */
  | ({ readonly do: "signal"; readonly name: NodeJS.Signals; readonly ms: number } & Moment);

/** The `nth` request on a link that begins with this pattern. */
export interface WireFault {
  readonly link: Link;
  /** Source of a regular expression over the first bytes of a request. */
  readonly line: string;
  readonly nth: number;
  readonly act: WireAct;
}

/** What a fault is, in a few words, for people and for counting. */
export function nameOfAct(act: WireAct): string {
  if (act.do === "instead") return `${act.answer}${act.delivered ? " (delivered)" : ""}`;
  if (act.do === "signal") return `${act.name} at a step`;
  if (act.do === "other") return "answer of another";
  return "way" in act ? `${act.do} ${act.way}` : act.do;
}

/** A fault on one line. */
export function describe({ link, line, nth, act }: WireFault): string {
  const { do: _, ...details } = act;
  const more = Object.entries(details).map(([name, value]) => `${name}=${value}`);
  return `${link} /${line}/ #${nth}: ${act.do} ${more.join(" ")}`.trim();
}
