import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import type { World } from "../helpers/world.ts";
import { png } from "../sandbox/bot-api/bot-api-server.ts";
import type { WireCells } from "./cell.ts";
import { BODY_CELLS } from "./cells/body.ts";
import { CHAT_CELLS } from "./cells/chat.ts";
import { DOOR_CELLS } from "./cells/door.ts";
import { FETCHED_CELLS } from "./cells/fetched.ts";
import { HEAD_CELLS } from "./cells/head.ts";
import { LISTING_CELLS } from "./cells/listing.ts";
import { ME_CELLS } from "./cells/me.ts";
import { PACK_CELLS } from "./cells/pack.ts";
import { UPLOAD_CELLS } from "./cells/upload.ts";
import { URL_CELLS } from "./cells/url.ts";
import { type Speech, WIRE_FAULTS, type WireFault, type WireFaultName } from "./wire-faults.ts";

/** Where a fault can be between prewarm and a far end. */
export interface WirePlace {
  /** As a heading of the page. */
  readonly what: string;
  readonly speech: Speech;
  /** Whether a request is of this place. */
  readonly has: (incoming: IncomingMessage) => boolean;
  /** The request before, after whose answer the far end goes away; null where this place is asked first. */
  readonly after: ((incoming: IncomingMessage) => boolean) | null;
  /** Puts into the bucket, the folder or the ledger what the place needs. */
  readonly prepare: (world: World) => Promise<void> | void;
  readonly args: readonly string[];
  /** Where another try is made another way. */
  readonly argsOnce?: readonly string[];
  /** Faults after which it is asked again after seconds, whatever is asked for. */
  readonly patientWith?: readonly WireFaultName[];
  /** Faults that there are none of here. */
  readonly without: readonly WireFaultName[];
  readonly cells: WireCells;
}

const isListing = ({ url = "" }: IncomingMessage) => url.includes("list-type=2");
const isDoor = ({ url = "" }: IncomingMessage) =>
  /[?&]list-type=2/.test(url) && /[?&]max-keys=1(?:&|$)/.test(url);
const isPage = (incoming: IncomingMessage) => isListing(incoming) && !isDoor(incoming);
const isObject =
  (...methods: readonly string[]) =>
  (incoming: IncomingMessage) =>
    methods.includes(incoming.method ?? "") && !isListing(incoming);
const calls =
  (...methods: readonly string[]) =>
  ({ url = "" }: IncomingMessage) =>
    methods.some((method) => url.endsWith(`/${method}`));

/** What has no body has none that breaks off. */
const BODIES: readonly WireFaultName[] = [
  ...(["resetInBody", "truncated", "shortened", "stalled", "slow", "invalid"] as const),
];
/** What only objects and their signatures can be. */
const OF_OBJECTS: readonly WireFaultName[] = [
  ...(["signature", "expired", "clock", "changed", "growing"] as const),
];

/** Answers to sends that are mixed up: test/pipeline/own-answers.test.ts. */
const OF_OTHERS: readonly WireFaultName[] = [...OF_OBJECTS, "otherItem"];

/** What the Bot API says to have somebody wait: a run does, for as long as it takes. */
export const WAITS: readonly WireFaultName[] = ["tooMany", "waits"];
/** Preflight asks three times, since none of these says anything about rights. */
const PASSES: readonly WireFaultName[] = [
  ...(["refused", "dns", "resetBefore", "closedBefore", "resetInHeaders", "resetInBody"] as const),
  ...(["truncated", "internal", "badGateway", "slowDown", "emptyError", ...WAITS] as const),
];

const KEY = "a.txt";
const aDocument = (world: World) => world.put(KEY, "a document of some forty bytes, and some more");
const aPicture = (world: World) =>
  world.put(
    "hello.gif",
    readFileSync(new URL("../../fixtures/media/gifs/hello.gif", import.meta.url)),
    "image/gif",
  );

/** Two photos, and the proof that they may go in one message. */
async function aPack(world: World): Promise<void> {
  for (const nth of [1, 2]) world.put(`${nth}.png`, png(40 + nth, 30), "image/png");
  const ledger = await openSqliteLedger({ path: join(world.dir, "prewarm.db"), command: "prewarm probe" });
  const about = { bot: "default", scope: "channel", evidence: {}, at: Date.now() };
  for (const [what, result] of Object.entries({ quota: "messages", "ids:photo": "ordinary", keeps: "50" }))
    await ledger.keepProof({ ...about, what, result });
  await ledger.close();
}

/** By name: the columns of the table that are about far ends. */
export const WIRE_PLACES = {
  door: {
    what: "R2: the look whether there is a bucket",
    speech: "s3",
    has: isDoor,
    after: null,
    prepare: aDocument,
    args: [],
    without: ["changed", "growing"],
    cells: DOOR_CELLS,
  },
  listing: {
    what: "R2: a page of the listing",
    speech: "s3",
    has: isPage,
    after: isDoor,
    prepare: aDocument,
    args: [],
    without: ["changed", "growing"],
    cells: LISTING_CELLS,
  },
  head: {
    what: "R2: HEAD of an object",
    speech: "s3",
    // What a HEAD is refused for is read by a GET.
    has: isObject("HEAD", "GET"),
    after: isDoor,
    prepare: (world) => {
      aDocument(world);
      world.file("manifest.jsonl", `{"key":"${KEY}"}\n`);
    },
    args: ["--manifest", "manifest.jsonl"],
    without: BODIES,
    cells: HEAD_CELLS,
  },
  body: {
    what: "R2: the body of an object",
    speech: "s3",
    has: isObject("GET"),
    after: isPage,
    prepare: aDocument,
    args: ["--transfer", "upload"],
    without: [],
    cells: BODY_CELLS,
  },
  fetched: {
    what: "R2: an object that Telegram fetches",
    speech: "s3",
    has: isObject("GET"),
    after: isPage,
    prepare: aPicture,
    args: ["--transfer", "url"],
    argsOnce: [],
    without: [],
    cells: FETCHED_CELLS,
  },
  me: {
    what: "Bot API: who the bot is (getMe)",
    speech: "bot-api",
    has: calls("getMe"),
    after: null,
    prepare: aDocument,
    args: [],
    patientWith: PASSES,
    without: OF_OBJECTS,
    cells: ME_CELLS,
  },
  chat: {
    what: "Bot API: the warmup chat (getChat)",
    speech: "bot-api",
    has: calls("getChat"),
    after: calls("getMe"),
    prepare: aDocument,
    args: [],
    patientWith: PASSES,
    without: OF_OBJECTS,
    cells: CHAT_CELLS,
  },
  upload: {
    what: "Bot API: a message by upload",
    speech: "bot-api",
    has: calls("sendDocument"),
    after: calls("getChatMember"),
    prepare: aDocument,
    args: ["--transfer", "upload"],
    patientWith: WAITS,
    without: OF_OTHERS,
    cells: UPLOAD_CELLS,
  },
  url: {
    what: "Bot API: a message by URL",
    speech: "bot-api",
    has: calls("sendAnimation"),
    after: calls("getChatMember"),
    prepare: aPicture,
    args: ["--transfer", "url"],
    patientWith: WAITS,
    without: OF_OTHERS,
    cells: URL_CELLS,
  },
  pack: {
    what: "Bot API: several media in one message",
    speech: "bot-api",
    has: calls("sendRichMessage", "sendMediaGroup"),
    after: calls("getChatMember"),
    prepare: aPack,
    args: ["--pack", "2", "--concurrency", "2"],
    patientWith: WAITS,
    without: OF_OTHERS,
    cells: PACK_CELLS,
  },
} satisfies Readonly<Record<string, WirePlace>>;

export type WirePlaceName = keyof typeof WIRE_PLACES;

/** One of each far end's voices; the others say much the same. */
export const QUICK_PLACES: readonly WirePlaceName[] = ["listing", "body", "upload"];

/** Whether a fault in a place shows within milliseconds. */
export function isQuick(place: WirePlace, fault: WireFaultName): boolean {
  const { isSlow }: WireFault = WIRE_FAULTS[fault];
  return !isSlow && !place.patientWith?.includes(fault);
}
