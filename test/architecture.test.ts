import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");

const FILES = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.split(sep).join("/"));

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Every import of a file of ours, static or lazy, types included. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map(([, path]) => ({
    from: file,
    to: relative(SRC, resolve(SRC, dirname(file), path ?? ""))
      .split(sep)
      .join("/"),
  }));
}

const IMPORTS = FILES.flatMap(importsOf);

function partOf(file: string): string {
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : "";
}

const ROOT = ["cli.ts", "index.ts", "final-error.ts"];

const SNAPSHOT = "figures/snapshot.ts";

/** What each part may import besides itself, and why. */
const RULES: Record<string, { may: (to: string) => boolean; why: string }> = {
  domain: { may: () => false, why: "domain is plain data: it imports nothing of ours" },
  config: { may: (to) => partOf(to) === "domain", why: "configuration knows the domain and no part" },
  sandbox: {
    may: (to) => partOf(to) === "domain",
    why: "the stand-ins share no code with the parts they test: a shared mistake would agree with itself",
  },
  pipeline: {
    may: (to) => partOf(to) === "domain" || partOf(to) === "queue" || to.endsWith("/port.ts"),
    why: "the pipeline sees ports, never an implementation",
  },
  worker: {
    may: (to) => ["domain", "pipeline", "queue"].includes(partOf(to)) || to.endsWith("/port.ts"),
    why: "a worker stands on the pipeline and sees ports, never an implementation",
  },
  doctor: {
    may: (to) =>
      ["config", "domain", "lanes", "pipeline", "reporters"].includes(partOf(to)) || to.endsWith("/port.ts"),
    why: "the doctor judges a configuration as it was written, and looks at the world through ports",
  },
  admin: {
    may: (to) =>
      partOf(to) === "domain" || to.endsWith("/port.ts") || to === "config/error.ts" || to === SNAPSHOT,
    why: "the admin server sees a worker through its port; a port that is taken is a setting that is wrong",
  },
  reporters: {
    may: (to) => partOf(to) === "domain" || ["ledgers/port.ts", "ledgers/survey.ts", SNAPSHOT].includes(to),
    why: "screens show what happened: events, figures, and what a ledger holds",
  },
  bench: {
    may: (to) => partOf(to) !== "commands" && !ROOT.includes(to),
    why: "bench measures the real parts and is used by commands",
  },
  compose: {
    may: (to) => !["commands", "bench"].includes(partOf(to)) && !ROOT.includes(to),
    why: "compose picks implementations and is used by commands",
  },
  commands: {
    may: (to) =>
      [
        "bench",
        "compose",
        "config",
        "doctor",
        "domain",
        "admin",
        "figures",
        "lanes",
        "pipeline",
        "queue",
        "reporters",
        "sandbox",
        "worker",
      ].includes(partOf(to)) || to.endsWith("/port.ts"),
    why: "a command reads flags, lets compose pick the parts, and runs them",
  },
};

const PART = {
  may: (to: string) => partOf(to) === "domain" || to.endsWith("/port.ts") || to === "ledgers/survey.ts",
  why: "parts import domain, their own folder, and ports",
};

describe("the import rule", () => {
  it.each(IMPORTS.filter(({ from }) => partOf(from) !== ""))("$from may import $to", ({ from, to }) => {
    const rule = RULES[partOf(from)] ?? PART;
    expect(partOf(to) === partOf(from) || rule.may(to), `${from} imports ${to}: ${rule.why}`).toBe(true);
  });

  it("lets nobody import commands but cli.ts", () => {
    const guests = IMPORTS.filter(({ from, to }) => partOf(to) === "commands" && partOf(from) !== "commands");
    expect(guests.filter(({ from }) => from !== "cli.ts")).toEqual([]);
  });

  it("has no cycle of value imports between files", () => {
    const graph = new Map(FILES.map((file) => [file, valueImports(file)]));
    expect(FILES.filter((file) => reaches(file, file, graph))).toEqual([]);
  });
});

function valueImports(file: string): string[] {
  const text = readFileSync(join(SRC, file), "utf8")
    .replace(/import type [^;]+;/g, "")
    .replace(/export type [^;]+;/g, "");
  return [...text.matchAll(/from\s*"(\.[^"]+)"/g)].map(([, path]) =>
    relative(SRC, resolve(SRC, dirname(file), path ?? ""))
      .split(sep)
      .join("/"),
  );
}

function reaches(
  from: string,
  target: string,
  graph: Map<string, string[]>,
  seen = new Set<string>(),
): boolean {
  return (graph.get(from) ?? []).some((next) => {
    if (next === target) return true;
    if (seen.has(next)) return false;
    seen.add(next);
    return reaches(next, target, graph, seen);
  });
}

describe("the map", () => {
  const map = readFileSync(join(SRC, "README.md"), "utf8");

  it.each([...new Set(FILES.map(partOf))].filter((part) => part !== ""))("names the folder %s", (part) => {
    expect(map).toContain(`\`${part}/\``);
  });
});

describe("house budgets", () => {
  it.each(FILES)("%s has at most 250 lines", (file) => {
    expect(readFileSync(join(SRC, file), "utf8").split("\n").length).toBeLessThanOrEqual(251);
  });
});
