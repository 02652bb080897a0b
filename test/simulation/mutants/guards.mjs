import { readdirSync } from "node:fs";

/** What makes calls with several media, which is shown by whole runs. */
const PACK_CALLS = [
  ...["begun-pack", "canaries", "canary-errands", "left-canaries"],
  ...["pack-attempts", "pack-runner", "reading", "trials"],
];

/**
 * The guarding code, in groups of files that the same tests hold. `tests` are those of the rooms, `wide` what shows more of them and
 * takes longer; `seeds` says which scenarios play it: all, those that look for lost calls, those with packs, or none.
 */
export const GROUPS = [
  {
    name: "ledger",
    files: inFolder("src/ledgers/sql", ["attempts", "confirm", "content", "keys", "rows"]),
    tests: ledgerTests("sqlite", "leases", "lease-renewal"),
    seeds: "all",
  },
  {
    name: "follow-up",
    files: ["src/pipeline/follow-up.ts"],
    tests: ["test/pipeline/follow-up.test.ts", "test/pipeline/settle.test.ts"],
    seeds: "all",
  },
  {
    name: "permits",
    files: inFolder("src/lanes", ["pace", "permit", "lane"]),
    tests: ["pace", "permit", "lane", "lanes"].map((name) => `test/lanes/${name}.test.ts`),
    seeds: "all",
  },
  {
    name: "claims",
    files: ["src/pipeline/claims.ts"],
    tests: ["test/pipeline/claims.test.ts", "test/pipeline/intake.test.ts"],
    seeds: "all",
  },
  {
    name: "packs",
    files: allOf("src/pipeline/packs", ["words", ...PACK_CALLS]),
    tests: ["test/pipeline/packs", "test/lanes/backlog.test.ts", "test/transfers/choose.test.ts"],
    wide: ["test/cli/packs.test.ts"],
  },
  {
    name: "pack-calls",
    files: inFolder("src/pipeline/packs", PACK_CALLS),
    tests: ["test/pipeline/packs"],
    wide: ["packs", "pack-trouble", "lost-packs"].map((name) => `test/cli/${name}.test.ts`),
    seeds: "packs",
  },
  {
    name: "adopt",
    files: allOf("src/pipeline/adopt", []),
    tests: [
      "test/pipeline/adopt.test.ts",
      "test/pipeline/adopt-calls.test.ts",
      "test/pipeline/adopt-chats.test.ts",
      "test/ledgers/sqlite/adopt.test.ts",
      "test/cli/adopt.test.ts",
    ],
  },
  {
    name: "looks",
    files: allOf("src/looks", []),
    tests: ["test/looks"],
    wide: ["looks", "lost-packs", "worker-looks"].map((name) => `test/cli/${name}.test.ts`),
    seeds: "looks",
  },
  {
    name: "statements",
    files: inFolder("src/ledgers/sql", ["packs", "looks", "lost-calls", "neighbours"]),
    tests: ledgerTests("sqlite", "leases"),
    seeds: "looks",
  },
  {
    name: "leases",
    files: ["src/ledgers/postgres/leases.ts"],
    tests: ledgerTests("leases", "exact-moments", "lease-renewal", "shared-lanes"),
    wide: ["test/ledgers/postgres.test.ts", "test/fleet"],
  },
  {
    name: "processes",
    files: ["src/ledgers/postgres/processes.ts"],
    tests: ledgerTests("processes", "exact-moments", "resting", "leases"),
    wide: ["test/ledgers/postgres.test.ts", "test/fleet"],
  },
  {
    name: "lease-keeper",
    files: ["src/ledgers/postgres/lease-keeper.ts"],
    tests: ["test/ledgers/postgres/lease-keeper.test.ts"],
    wide: ["leases", "resting"].map((name) => `test/ledgers/${name}.test.ts`),
  },
  {
    name: "lanes",
    files: inFolder("src/lanes", ["lane-share", "lease-step", "inherited-pace"]),
    tests: ["lane-share", "lease-step", "inherited-pace"].map((name) => `test/lanes/${name}.test.ts`),
    wide: ["test/ledgers/shared-lanes.test.ts", "test/cli/many-machines.test.ts", "test/fleet"],
  },
  {
    name: "lane-leases",
    files: inFolder("src/ledgers/postgres", ["lane-leases", "lane-calls", "shared-lanes"]),
    tests: ledgerTests("lane-calls", "exact-moments", "lane-renewal", "shared-lanes"),
    wide: ["test/cli/many-machines.test.ts", "test/fleet"],
  },
];

function ledgerTests(...names) {
  return names.map((name) => `test/ledgers/${name}.test.ts`);
}

function inFolder(folder, names) {
  return names.map((name) => `${folder}/${name}.ts`);
}

/** All of a folder but those that hold nothing but types or texts. */
function allOf(folder, texts) {
  const names = readdirSync(new URL(`../../../${folder}`, import.meta.url)).map((file) =>
    file.replace(/\.ts$/, ""),
  );
  return inFolder(folder, names.filter((name) => name !== "port" && !texts.includes(name)).sort());
}
