import { describe, expect, it } from "vitest";
import {
  circleIn,
  FILES,
  IMPORTS,
  roomOf,
  sourceOf,
  spreadLiterals,
  TYPES,
  VALUE_IMPORTS,
} from "./helpers/source-tree.ts";

interface Rule {
  /** Rooms of which every file may be imported. */
  readonly sees: readonly string[];
  readonly why: string;
}

const PART = {
  sees: ["domain"],
  why: "a part sees the domain, its own folder, and the ports that are open to it",
};

/** From the bottom up: a room sees rooms above it in this list alone. */
const ROOMS: Readonly<Record<string, Rule>> = {
  domain: { sees: [], why: "the domain is plain data and imports nothing of ours" },
  config: { sees: ["domain"], why: "a configuration knows the domain and no part" },
  sandbox: {
    sees: ["domain"],
    why: "the stand-ins share no code with the parts they test: a shared mistake would agree with itself",
  },
  ledgers: PART,
  queue: PART,
  storage: PART,
  telegram: PART,
  sources: PART,
  transfers: PART,
  lanes: PART,
  looks: PART,
  ids: {
    sees: ["domain", "config", "ledgers"],
    why: "the ids of a ledger are read from its files, by a place that was configured",
  },
  pipeline: { sees: ["domain", "queue"], why: "the pipeline sees ports, never an implementation" },
  fleet: {
    sees: ["domain", "queue", "pipeline"],
    why: "workers that share their work hand each what the pipeline takes, and see ledger and lanes through ports",
  },
  verify: {
    sees: ["domain"],
    why: "a check of a ledger sees what it says, the bucket and Telegram through ports",
  },
  probe: {
    sees: ["domain"],
    why: "an experiment sees a bot, the ledger and waits through ports, and judges as runs do",
  },
  worker: {
    sees: ["domain", "queue", "pipeline"],
    why: "a worker builds on the pipeline and sees ports, never an implementation",
  },
  senders: {
    sees: ["domain"],
    why: "a sender decides as the pipeline does and sees ids, objects and answers through ports; it uses no module of Node.js",
  },
  figures: { sees: ["domain"], why: "figures are made of events alone" },
  exchange: {
    sees: ["domain", "config"],
    why: "what is written out of a ledger and read into one: the form of lines, not who asks for them",
  },
  reporters: { sees: ["domain"], why: "screens show events, figures, and what a ledger holds" },
  pages: { sees: ["domain"], why: "what pages share knows nothing of what they show" },
  report: {
    sees: ["domain", "pages"],
    why: "the page of a run shows events, figures and what a ledger keeps of attempts, and knows nobody who asks for it",
  },
  admin: {
    sees: ["domain", "pages"],
    why: "the admin server sees a worker through a port of its own, and figures; its page is made of files",
  },
  doctor: {
    sees: ["domain", "config"],
    why: "checks judge a configuration as it was written, and what they reach through ports",
  },
  init: {
    sees: ["domain", "config"],
    why: "what is asked of a person, and in which order: it sees findings and updates of a bot, not who makes them",
  },
  compose: {
    sees: [
      "domain",
      "config",
      "ledgers",
      "queue",
      "storage",
      "telegram",
      "sources",
      "transfers",
      "lanes",
      "looks",
      "pipeline",
      "fleet",
      "verify",
      "probe",
      "worker",
      "senders",
      "doctor",
      "ids",
      "init",
    ],
    why: "compose alone picks implementations; it runs nothing and prints nothing",
  },
  runs: {
    sees: [
      "domain",
      "config",
      "sandbox",
      "lanes",
      "pipeline",
      "verify",
      "probe",
      "worker",
      "senders",
      "figures",
      "admin",
      "compose",
    ],
    why: "a run has its parts made by compose and knows no screen; a worker has an admin server of its own",
  },
  bench: {
    sees: [
      "domain",
      "config",
      "sandbox",
      "ledgers",
      "queue",
      "storage",
      "telegram",
      "sources",
      "transfers",
      "lanes",
      "ids",
      "pipeline",
      "figures",
      "reporters",
      "pages",
      "compose",
      "runs",
    ],
    why: "the bench measures the parts themselves against stand-ins",
  },
  commands: {
    sees: [
      "domain",
      "config",
      "sandbox",
      "exchange",
      "probe",
      "reporters",
      "report",
      "doctor",
      "init",
      "compose",
      "runs",
      "bench",
    ],
    why: "a command reads flags, opens a run, and shows what happens",
  },
  "": { sees: ["domain", "config", "runs", "commands"], why: "the doors of the house open commands or runs" },
};

interface Door {
  /** Rooms that may import this file besides its own, and those that see the whole room. */
  readonly to: readonly string[];
  readonly why: string;
}

/** What a room shows to others that do not see all of it. A file that is not named here belongs to its room alone. */
const DOORS: Readonly<Record<string, Door>> = {
  "fleet/port.ts": { to: ["compose"], why: "what hands out jobs, for those who open it" },
  "ledgers/fleet-port.ts": {
    to: ["fleet", "reporters", "admin", "runs"],
    why: "work that several workers share, for those who hand it out",
  },
  "ledgers/port.ts": {
    to: [
      "sources",
      "lanes",
      "pipeline",
      "probe",
      "fleet",
      "worker",
      "reporters",
      "doctor",
      "runs",
      "commands",
    ],
    why: "what is known and is written down, for those who decide by it or take work from it; screens show what a reader sees",
  },
  "ledgers/look-port.ts": {
    to: ["looks", "pipeline"],
    why: "the calls whose answers were lost, for those who look for their messages",
  },
  "ledgers/adopt-port.ts": { to: ["pipeline"], why: "what one bot posted, for another to get ids by it" },
  "ledgers/lane-memory.ts": {
    to: ["lanes", "reporters", "runs"],
    why: "what is remembered of lanes, for those who plan with it or show it",
  },
  "ledgers/share-port.ts": {
    to: ["lanes", "runs"],
    why: "lanes that several processes share, for those who make calls on them",
  },
  "ledgers/view.ts": { to: ["reporters", "doctor"], why: "what a reader sees, for screens and checks" },
  "ledgers/postgres-sight.ts": { to: ["doctor"], why: "what a check sees of a server" },
  "ledgers/survey.ts": { to: ["reporters"], why: "what a ledger holds, counted, for the status screen" },
  "ledgers/reader.ts": { to: ["commands", "runs"], why: "a ledger as it is read page by page" },
  "ledgers/marks.ts": { to: ["verify", "runs"], why: "a ledger in which what is not true is marked" },
  "ledgers/columns.ts": { to: ["exchange", "verify", "commands"], why: "the columns of an export" },
  "ledgers/importing.ts": { to: ["exchange"], why: "a ledger that takes lines in" },
  "ledgers/past-attempt.ts": {
    to: ["report", "commands"],
    why: "what a ledger keeps of attempts, for the page of a run",
  },
  "ledgers/failed-row.ts": { to: ["reporters"], why: "what failed, for its screen" },
  "ledgers/lookup-rows.ts": { to: ["reporters", "commands"], why: "what there is for a key, for its screen" },
  "ledgers/file-systems.ts": { to: ["doctor"], why: "what a ledger should not lie on" },
  "ledgers/error.ts": {
    to: ["fleet", "doctor", "runs", "commands", ""],
    why: "a ledger that cannot be used",
  },
  "storage/port.ts": {
    to: ["sources", "transfers", "pipeline", "verify", "senders", "doctor", "runs"],
    why: "the bucket, for those who list it or read objects",
  },
  "telegram/port.ts": {
    to: ["transfers", "lanes", "looks", "pipeline", "verify", "probe", "worker", "senders", "doctor", "runs"],
    why: "a bot, for those who make calls or know whose lane it is",
  },
  "ledgers/pack-port.ts": {
    to: ["looks", "pipeline"],
    why: "packs in a ledger, for those who send them, or look for what tried their ids",
  },
  "telegram/pack-port.ts": {
    to: ["lanes", "looks", "pipeline", "probe"],
    why: "several media in one message, for those who make calls or look for them",
  },
  "sources/port.ts": {
    to: ["pipeline", "verify", "worker", "runs", "commands"],
    why: "where work comes from, for those who plan it",
  },
  "telegram/answer.ts": { to: ["senders"], why: "what came back, also from the bot of somebody else" },
  "telegram/classify.ts": { to: ["senders"], why: "what a refusal means, also one of somebody else's bot" },
  "transfers/port.ts": {
    to: ["pipeline", "senders", "runs"],
    why: "how an object travels, for those who send it",
  },
  "transfers/choose.ts": {
    to: ["senders"],
    why: "how large a file may be, also without a module of Node.js",
  },
  "transfers/filename.ts": {
    to: ["senders"],
    why: "what an upload is called, also without a module of Node.js",
  },
  "pipeline/follow-up.ts": {
    to: ["senders"],
    why: "which other way there is, for a message to a user as well",
  },
  "pipeline/file-answer.ts": { to: ["verify"], why: "what getFile says of an id" },
  "pipeline/packs/outlook.ts": {
    to: ["doctor"],
    why: "how many objects a call carries, for the ceiling that checks tell",
  },
  "pipeline/packs/trust.ts": { to: ["doctor"], why: "what proofs say of a lane, for checks" },
  "pipeline/packs/words.ts": {
    to: ["doctor"],
    why: "how a lane uses packs, in words that are the same everywhere",
  },
  "pipeline/stored-kind.ts": { to: ["senders"], why: "how an id is stored, whoever got it" },
  "senders/bot-api.ts": { to: [""], why: "a bot without a library" },
  "senders/bound-bucket.ts": { to: [""], why: "the bucket of a Worker" },
  "senders/sender.ts": { to: [""], why: "what sends, for programs without Node.js" },
  "senders/error.ts": { to: [""], why: "an object or a call that failed" },
  "senders/object-upload.ts": { to: [""], why: "what the bot of a library uploads" },
  "senders/port.ts": { to: [""], why: "what a sender takes and gives" },
  "senders/with-files.ts": { to: [""], why: "how the bot of a library takes what it uploads" },
  "sources/manifest.ts": { to: ["exchange"], why: "a file of ids is read line by line as a manifest is" },
  "sources/manifest-entry.ts": { to: ["exchange"], why: "one line of a file as it stands there" },
  "looks/port.ts": {
    to: ["pipeline", "worker", "runs"],
    why: "what asks for lost messages, for those who would send again, or say beforehand what that takes",
  },
  "looks/asking.ts": { to: ["pipeline"], why: "a call about a message, on a permit of its lane" },
  "looks/look.ts": { to: ["pipeline"], why: "how the copy that a forward made is deleted" },
  "looks/row-verdict.ts": { to: ["pipeline"], why: "what several lost calls mean for their row" },
  "lanes/port.ts": {
    to: ["looks", "pipeline", "fleet", "verify", "worker"],
    why: "the lanes, for those who make calls and those who keep an eye on them",
  },
  "ids/port.ts": {
    to: ["pipeline", "senders", "reporters", "admin", "runs", "commands", ""],
    why: "the ids of a ledger, for those who send by them, give them out, or take over what is reported of them",
  },
  "ids/pick.ts": {
    to: ["exchange"],
    why: "which id of several is sent, for pairs that are looked up elsewhere",
  },
  "ids/open.ts": { to: [""], why: "what opens them" },
  "ids/http.ts": { to: [""], why: "the ids of a worker, for programs that have nothing else" },
  "ids/ask-worker.ts": { to: [""], why: "a worker that did not answer" },
  "lanes/waits.ts": { to: ["probe"], why: "waits that Telegram asked for, for those who call without lanes" },
  "ledgers/probe-port.ts": {
    to: ["looks", "probe"],
    why: "messages of a probe in a ledger, for those who post them, or look for lost ones",
  },
  "looks/candidates.ts": { to: ["probe"], why: "the ids that a lost message can have" },
  "pipeline/packs/canary.ts": { to: ["probe"], why: "what the answer to an id from a pack says of such ids" },
  "probe/conform.ts": { to: ["reporters"], why: "how a fact came out, for screens" },
  "probe/experiment.ts": { to: ["reporters"], why: "what is asked, for screens" },
  "probe/probe.ts": { to: ["reporters"], why: "what came of it, for screens" },
  "doctor/check.ts": { to: ["init"], why: "what checks find, to be told in a dialogue" },
  "telegram/updates-port.ts": { to: ["init"], why: "what a bot hears of the chats that it is added to" },
  "lanes/preflight.ts": { to: ["worker"], why: "a worker tries its lanes again" },
  "lanes/backlog.ts": { to: ["commands"], why: "how long what waits will take, for the status screen" },
  "lanes/documented-pace.ts": {
    to: ["probe", "doctor"],
    why: "what a lane may be expected to do, for checks",
  },
  "lanes/ceilings.ts": {
    to: ["doctor"],
    why: "what lanes and concurrency can do, for the check of the pace",
  },
  "figures/snapshot.ts": {
    to: ["reporters", "report", "admin"],
    why: "all figures at one moment, for whoever shows them",
  },
  "figures/check-tally.ts": { to: ["reporters"], why: "what a check found so far, for its screen" },
  "config/error.ts": { to: ["admin"], why: "a port that is taken is a setting that is wrong" },
  "reporters/format.ts": {
    to: ["report", "doctor", ""],
    why: "numbers and texts of others look alike on every screen",
  },
};

/** Why this import may not be; null where it may. */
function breach(from: string, to: string): string | null {
  const [guest, host] = [roomOf(from), roomOf(to)];
  const rule = ROOMS[guest];
  if (guest === host || rule?.sees.includes(host) || DOORS[to]?.to.includes(guest)) return null;
  const open = DOORS[to];
  return `${from} imports ${to}: ${rule?.why}${open ? `; that one is open to ${open.to.join(", ")} (${open.why})` : ""}`;
}

describe("the import rule", () => {
  it("knows every room", () => {
    expect(FILES.map(roomOf).filter((room) => !(room in ROOMS))).toEqual([]);
  });

  it.each(Object.keys(ROOMS))("keeps %s to what it may see", (room) => {
    const own = IMPORTS.filter(({ from }) => roomOf(from) === room);
    expect(own.flatMap(({ from, to }) => breach(from, to) ?? [])).toEqual([]);
  });

  it("runs from the bottom up", () => {
    const order = Object.keys(ROOMS);
    const below = (room: string, seen: string) => order.indexOf(seen) < order.indexOf(room);
    const wholes = Object.entries(ROOMS).flatMap(([room, { sees }]) => sees.map((seen) => ({ room, seen })));
    const doors = Object.entries(DOORS).flatMap(([file, { to }]) =>
      to.map((room) => ({ room, seen: roomOf(file) })),
    );
    expect([...wholes, ...doors].filter(({ room, seen }) => !below(room, seen))).toEqual([]);
  });

  it("lets nobody import commands but cli.ts", () => {
    const guests = IMPORTS.filter(({ from, to }) => roomOf(to) === "commands" && roomOf(from) !== "commands");
    expect(guests.filter(({ from }) => from !== "cli.ts")).toEqual([]);
  });

  it("has no door that nobody uses", () => {
    const used = (file: string, room: string) =>
      IMPORTS.some(({ from, to }) => to === file && roomOf(from) === room);
    const idle = Object.entries(DOORS).filter(([file, { to }]) => !to.some((room) => used(file, room)));
    expect(idle.map(([file]) => file)).toEqual([]);
  });
});

describe("ports", () => {
  const ports = FILES.filter((file) => file.endsWith("/port.ts"));

  it.each(ports)("%s says who may see it", (file) => {
    expect(DOORS[file]?.to ?? []).not.toEqual([]);
  });

  it.each(ports)("%s holds types only", (file) => {
    expect(
      sourceOf(file).match(
        /^(export )?(?!type|interface)(const|let|class|function|enum|async|default|abstract)\b.*/gm,
      ),
    ).toBeNull();
    expect(VALUE_IMPORTS.filter(({ from }) => from === file)).toEqual([]);
  });
});

describe("circles", () => {
  it("has none of rooms, types included", () => {
    const edges = IMPORTS.map(({ from, to }) => ({ from: roomOf(from), to: roomOf(to) }));
    expect(circleIn(edges.filter(({ from, to }) => from !== to))).toBeNull();
  });

  it("has none of the folders in a room, types included", () => {
    const folder = (file: string) => file.slice(0, Math.max(0, file.lastIndexOf("/")));
    const within = (outer: string, inner: string) => `${inner}/`.startsWith(`${outer}/`);
    const edges = IMPORTS.map(({ from, to }) => ({ from: folder(from), to: folder(to) }));
    expect(circleIn(edges.filter(({ from, to }) => !within(from, to) && !within(to, from)))).toBeNull();
  });

  it("has none of values between files", () => {
    expect(circleIn(VALUE_IMPORTS)).toBeNull();
  });
});

describe("names", () => {
  it("gives a type that is exported a name that no other type has", () => {
    const clashes = TYPES.filter(({ isExported }) => isExported).flatMap(({ name, file }) => {
      const others = TYPES.filter((other) => other.name === name && other.file !== file);
      return others.length > 0 ? [{ name, files: [file, ...others.map((other) => other.file)] }] : [];
    });
    expect(clashes).toEqual([]);
  });
});

describe("types", () => {
  const exported = new Set(TYPES.filter(({ isExported }) => isExported).map(({ name }) => name));

  it("cuts no exported type out of another: what both need is a type of its own", () => {
    const cut = TYPES.filter(({ isExported, text }) => {
      const sources = [...text.matchAll(/\b(?:Omit|Pick)<\s*(\w+)/g)].map(([, source = ""]) => source);
      return (
        isExported &&
        !/^export (abstract )?class/.test(text) &&
        sources.some((source) => exported.has(source))
      );
    });
    expect(cut.map(({ name, file }) => `${file}: ${name}`)).toEqual([]);
  });
});

describe("the map", () => {
  const map = sourceOf("README.md");

  it.each([...new Set(FILES.map(roomOf))].filter((room) => room !== ""))("names the folder %s", (room) => {
    expect(map).toContain(`\`${room}/\``);
  });
});

describe("style", () => {
  it("writes members where they stand, instead of spreading a literal to keep them on one line", () => {
    const spread = FILES.flatMap((file) => spreadLiterals(sourceOf(file)).map((text) => `${file}: ${text}`));
    expect(spread).toEqual([]);
  });
});

describe("house budgets", () => {
  it("keeps every file within 250 lines", () => {
    const lines = (file: string) => sourceOf(file).split("\n").length - 1;
    expect(FILES.filter((file) => lines(file) > 250)).toEqual([]);
  });
});
