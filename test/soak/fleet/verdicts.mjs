const MINUTE_MS = 60_000;
/** Methods that ask and neither post nor change a message. */
const ASKS = /^get/i;

/** Calls of the sandbox by bot and chat, in the order in which they began. */
function byLane(calls) {
  const lanes = new Map();
  for (const call of calls) {
    if (call.bot === null || call.chat_id === null || ASKS.test(call.method)) continue;
    const lane = `${call.bot} x ${call.chat_id}`;
    lanes.set(lane, [...(lanes.get(lane) ?? []), call]);
  }
  for (const list of lanes.values()) list.sort((a, b) => a.started - b.started);
  return lanes;
}

/** The most calls that one lane got in a minute from a call on, that one included, the end of the minute not; and which ones. */
function mostInMinute(list) {
  let most = [];
  for (let from = 0, to = 0; from < list.length; from++) {
    while (to < list.length && list[to].started < list[from].started + MINUTE_MS) to++;
    if (to - from > most.length) most = list.slice(from, to);
  }
  return most;
}

/** Calls that began on a lane although it had been told to wait longer. */
function early(list) {
  const found = [];
  let until = 0;
  const answers = list.filter(({ retry_after }) => retry_after).sort((a, b) => a.answered - b.answered);
  let next = 0;
  for (const call of list) {
    for (; next < answers.length && answers[next].answered <= call.started; next++)
      until = Math.max(until, answers[next].answered + answers[next].retry_after * 1000);
    if (call.started < until) found.push(call);
  }
  return found;
}

/** What the sandbox saw of calls. */
export function ofCalls(calls) {
  const lanes = byLane(calls);
  const busiest = [...lanes.values()].map(mostInMinute).sort((a, b) => b.length - a.length)[0] ?? [];
  const all = [...lanes.values()].flat();
  const sends = all.filter(({ method }) => /^send/i.test(method));
  const refused = sends.filter(({ retry_after }) => retry_after);
  return {
    lanes: lanes.size,
    sends: sends.length,
    refused: refused.length,
    share: sends.length === 0 ? 0 : refused.length / sends.length,
    most: busiest.length,
    /** When those began, in seconds from the first of them on. */
    moments: busiest.map(({ started }) => ((started - busiest[0].started) / 1000).toFixed(1)),
    early: [...lanes.values()].flatMap(early).length,
  };
}

/**
 * What became of each object, by the ledger's rows and by what was posted; `ids` are the numeric ids of bots by their slugs, `contents` the
 * SHA-256 of keys.
 */
export function ofObjects(rows, truth, { ids, contents }) {
  const posts = new Map();
  for (const post of truth) {
    const name = `${post.bot} ${post.sha256}`;
    posts.set(name, [...(posts.get(name) ?? []), post]);
  }
  const nameOf = ({ bot, key }) => `${ids.get(bot)} ${contents.get(key)}`;
  const count = (status) => rows.filter((row) => row.status === status).length;
  const known = new Set(rows.map(nameOf));
  const untrue = rows.filter((row) => {
    const own = posts.get(nameOf(row)) ?? [];
    return row.status === "ready" && !own.some((post) => post.file_unique_id === row.unique);
  });
  return {
    rows: known.size,
    ready: count("ready"),
    unknown: count("unknown"),
    posted: truth.length,
    twice: [...posts.values()].filter((list) => list.length > 1).length,
    /** Said to be ready with an id that nobody got. */
    untrue: untrue.length,
    /** Posted, and the ledger does not say so. */
    strange: [...posts.keys()].filter((name) => !known.has(name)).length,
  };
}

/** Prints a verdict; returns whether it holds. */
export function judge(holds, text) {
  console.log(`${holds ? "ok    " : "FAILED"} ${text}`);
  return holds;
}
