/** What decides whether one more object of a bot is to be read ahead. Times in milliseconds. */
export interface AheadNeed {
  /** Places for sends. */
  readonly places: number;
  /** Objects that one call carries. */
  readonly inCall: number;
  /** What reading an object, and sending it, take as a rule. */
  readonly usual: { readonly read: number; readonly send: number };
  /** Calls a minute of all open lanes of the bot. */
  readonly perMinute: number;
  /** Until the first of these lanes may make its next call; 0 for now. */
  readonly freeInMs: number;
  /** Objects that are being read or wait to be sent: of this bot, and of all. */
  readonly ofBot: number;
  readonly all: number;
}

/**
 * How many tries may be written down before they have a place: as many as one call lasts as long as, so that a place never waits for the
 * ledger. None where a call takes longer than all that: what is written down and not called yet is in doubt if the process dies. None at one
 * place either, where the next one that is begun could overtake it: who sends one by one gets the order that was asked for.
 */
export function begunAhead(places: number, usual: { readonly begin: number; readonly send: number }): number {
  return places === 1 ? 0 : Math.min(places, Math.floor((places * usual.begin) / usual.send));
}

/** So much longer than usual a read may take before a send waits for it. */
const SPARE = 3;
/** Objects read ahead at most for each place: beyond that R2 is slower than its connections can make up for. */
const MOST_A_PLACE = 4;
/** Of calls that carry several objects, these for so many calls. */
const CALLS_AHEAD = 2;

/**
 * Milliseconds after which one more object is to be read, 0 for now; Infinity where enough are until a send ends. There are to be as many as can be
 * sent while one is read, by the lanes and by the places, so that no send waits; what would only wait itself is left in the queue.
 */
export function readsInMs(need: AheadNeed): number {
  const { places, inCall, usual, perMinute, freeInMs, ofBot, all } = need;
  if (all >= Math.max(places * MOST_A_PLACE, inCall * CALLS_AHEAD)) return Number.POSITIVE_INFINITY;
  const msByLanes = 60_000 / (perMinute * inCall);
  const msByPlaces = usual.send / (places * inCall);
  const sentInMs = Math.max(freeInMs + ofBot * msByLanes, ofBot * msByPlaces);
  const inMs = sentInMs - usual.read * SPARE;
  if (inMs <= 0) return 0;
  // Time brings lanes closer and nothing else: what is left then changes only once a send ends, which is told.
  return inMs <= freeInMs ? inMs : Number.POSITIVE_INFINITY;
}
