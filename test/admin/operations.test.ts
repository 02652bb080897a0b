import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { prometheusMetrics } from "../../src/admin/prometheus/prometheus.ts";
import { has, run } from "../helpers/program.ts";
import { flood } from "../reporters/sample-events.ts";
import { lively } from "./demo.ts";
import { serve, worker } from "./worker.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = join(ROOT, "fixtures/operations");
const read = (name: string) => readFileSync(join(FOLDER, name), "utf8");

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly definition: string }[] };
}

const dashboards = ["grafana-dashboard.json", "grafana-fleet.json"].map(
  (name): Dashboard => JSON.parse(read(name)),
);
const queries = dashboards.flatMap(({ panels }) =>
  panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
);
const RULES = ["alerts.yml", "alerts-fleet.yml"];
const alerts = RULES.flatMap((name) =>
  [...read(name).matchAll(/expr: (?:\|\n((?: {10}.*\n)+)|(.*))/g)].map(
    ([, long, short]) => long ?? short ?? "",
  ),
);

/** Names of ours and of the process that a query reads. */
function namesIn(query: string): string[] {
  return query.match(/\b(?:prewarm|process|nodejs)_\w+/g) ?? [];
}

/** Name and labels of every series that a worker that has seen everything tells. */
async function told(): Promise<{ names: Set<string>; labels: Map<string, Set<string>> }> {
  const parts = lively("trouble");
  const metrics = prometheusMetrics({ ...parts, version: "0.1.0", bots: ["news", "shop"] });
  const { events, view } = parts;
  view.backlog = () => new Map([["news", 60_000]]);
  events.emit("call", { bot: "news", chat: "-1001", ms: 400, failure: null });
  events.emit("retry", { bot: "news", key: "a", kind: "photo", chat: null, failure: flood, notBefore: 0 });
  events.emit("pass", { source: "bucket", ended: true, read: 1, queued: 1, ms: 1, failure: null });
  const text = await metrics.text();
  const labels = new Map<string, Set<string>>();
  for (const [, name = "", inside = ""] of text.matchAll(/^([a-z_0-9]+)(?:\{(.*)\})? /gm)) {
    const known = labels.get(name) ?? new Set<string>();
    for (const [, label = ""] of inside.matchAll(/(\w+)="/g)) known.add(label);
    labels.set(name, known);
  }
  return { names: new Set(labels.keys()), labels };
}

describe("dashboard and alerts", () => {
  it("name only metrics that /metrics really tells", async () => {
    const { names } = await told();
    const used = [
      ...queries,
      ...alerts,
      ...dashboards.flatMap(({ templating }) => templating.list.map(({ definition }) => definition)),
    ].flatMap(namesIn);
    expect(new Set(used).size).toBeGreaterThan(20);
    expect(used.filter((name) => !names.has(name))).toEqual([]);
  });

  it("group only by labels that these metrics have", async () => {
    const { labels } = await told();
    const given = ["instance", "job"];
    const wrong = [...queries, ...alerts].flatMap((query) =>
      [...query.matchAll(/by \(([\w, ]+)\) \(\w+\((\w+)/g)].flatMap(([, by = "", name = ""]) =>
        by.split(", ").filter((label) => !given.includes(label) && !labels.get(name)?.has(label)),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it("use every metric of ours that is not a detail, somewhere", async () => {
    const { names } = await told();
    const used = new Set(
      [...queries, ...alerts].flatMap(namesIn).map((name) => name.replace(/_(bucket|sum|count)$/, "")),
    );
    const ours = new Set(
      [...names]
        .filter((name) => name.startsWith("prewarm_"))
        .map((name) => name.replace(/_(bucket|sum|count)$/, "")),
    );
    expect([...ours].filter((name) => !used.has(name))).toEqual(["prewarm_stopping"]);
  });

  it("tell dashboards and alerts apart by names of their own", () => {
    const names = RULES.flatMap((name) =>
      [...read(name).matchAll(/- alert: (\w+)/g)].map(([, alert]) => alert),
    );
    expect(names).toHaveLength(alerts.length);
    for (const each of [names, dashboards.map(({ uid }) => uid)])
      expect(new Set(each).size).toBe(each.length);
  });

  it("play each alarm in the test of its file, raised and not raised", () => {
    for (const name of RULES) {
      const played = read(name.replace(".yml", ".test.yml"));
      for (const [, alert] of read(name).matchAll(/- alert: (\w+)/g)) {
        expect(played).toMatch(new RegExp(`alertname: ${alert}, exp_alerts: \\[\\]`));
        expect(played).toMatch(new RegExp(`alertname: ${alert}\n +exp_alerts:\n`));
      }
    }
  });

  it.each(dashboards)("lays the panels of $title out without overlap", ({ panels }) => {
    const places = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
    );
    expect(new Set(places).size).toBe(places.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });

  const promtool = has("promtool");
  const check = (...args: string[]) => {
    const { status, said } = run("promtool", args, { cwd: FOLDER });
    return status === 0 ? "fine" : said;
  };

  it.skipIf(!promtool)(
    "hold for promtool: rules, and what they do (skipped where promtool is not installed)",
    () => {
      expect(check("check", "rules", ...RULES)).toBe("fine");
      expect(check("test", "rules", ...RULES.map((name) => name.replace(".yml", ".test.yml")))).toBe("fine");
    },
  );

  it.skipIf(!promtool)("have queries that parse (skipped where promtool is not installed)", () => {
    const folder = mkdtempSync(join(tmpdir(), "prewarm-rules-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const rules = queries.map((expr, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll(/\$\w+/g, "x"),
    }));
    writeFileSync(join(folder, "rules.yml"), JSON.stringify({ groups: [{ name: "panels", rules }] }));
    expect(check("check", "rules", join(folder, "rules.yml"))).toBe("fine");
  });
});

describe("the systemd unit", () => {
  const unit = read("prewarm-worker.service");
  const value = (name: string) =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, text]) => text ?? "");

  it("gives the drain time to end, takes 143 for well, and does not try again what cannot work", () => {
    const drain = Number(/--drain (\d+)s/.exec(value("ExecStart")[0] ?? "")?.[1]);
    expect(Number(value("TimeoutStopSec")[0])).toBeGreaterThan(drain + 5);
    expect(value("SuccessExitStatus")).toEqual(["143"]);
    expect(value("Restart")).toEqual(["on-failure"]);
    expect(value("RestartPreventExitStatus")).toEqual(["2 4"]);
  });

  it("hands secrets over as credentials that really are loaded, and writes nowhere but into its state", () => {
    const loaded = value("LoadCredential").map((each) => each.split(":")[0]);
    const used = value("Environment").flatMap((each) =>
      [...each.matchAll(/_FILE=%d\/(\S+)/g)].map(([, name]) => name),
    );
    expect(used.length).toBe(3);
    expect(used).toEqual(loaded);
    expect([value("StateDirectory"), value("ProtectSystem")]).toEqual([["prewarm"], ["strict"]]);
    expect(unit).not.toMatch(/^Environment=.*(TOKEN|KEY)=/m);
  });

  it("lets a bot of its group use the ledger, and nobody else", () => {
    const [mode = 0, mask = 0] = [value("StateDirectoryMode"), value("UMask")].map(([octal = ""]) =>
      Number.parseInt(octal, 8),
    );
    // Under DynamicUser the folder is in /var/lib/private, which no other user enters.
    expect([value("User"), value("Group"), value("DynamicUser")]).toEqual([["prewarm"], ["prewarm"], []]);
    // What these rights are for: test/ledgers/group.test.ts.
    expect([mode, 0o666 & ~mask]).toEqual([0o2770, 0o660]);
  });

  const systemd = has("systemd-analyze");
  it.skipIf(!systemd)("holds for systemd-analyze verify (skipped where systemd is not installed)", () => {
    const folder = mkdtempSync(join(tmpdir(), "prewarm-unit-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // Node.js may be elsewhere on this machine.
    const path = join(folder, "prewarm-worker.service");
    writeFileSync(path, unit.replace("ExecStart=/usr/bin/node", `ExecStart=${process.execPath}`));
    expect(run("systemd-analyze", ["verify", path])).toEqual({ status: 0, said: "" });
  });
});

describe("the unit and the timer of a nightly run", () => {
  const unit = read("prewarm-run.service");
  const lines = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

  it("is as shut in as the worker's, with the same ledger, and takes an end by budget for well", () => {
    const worker = lines(read("prewarm-worker.service"));
    const shut = worker.slice(worker.indexOf("User=prewarm"), worker.indexOf("[Install]"));
    expect(shut.length).toBeGreaterThan(20);
    expect(shut.filter((line) => !lines(unit).includes(line))).toEqual([]);
    const ledger = lines(unit).filter((line) => line.includes("PREWARM_LEDGER"));
    expect(ledger).toEqual(worker.filter((line) => line.includes("PREWARM_LEDGER")));
    expect(lines(unit)).toContain("SuccessExitStatus=3 5 143");
  });

  it.skipIf(!has("systemd-analyze"))(
    "hold for systemd-analyze verify (skipped where systemd is not installed)",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "prewarm-unit-"));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const paths = ["prewarm-run.service", "prewarm-run.timer"].map((name) => join(folder, name));
      const [service = "", timer = ""] = paths;
      writeFileSync(service, unit.replace("ExecStart=/usr/bin/node", `ExecStart=${process.execPath}`));
      writeFileSync(timer, read("prewarm-run.timer"));
      expect(run("systemd-analyze", ["verify", ...paths])).toEqual({ status: 0, said: "" });
    },
  );
});

describe("the Dockerfile", () => {
  const lines = read("Dockerfile")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const of = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

  it("copies only what is in the repository and let through by the .dockerignore it gives", () => {
    const ignore = [...read("Dockerfile").matchAll(/^# {3}!(\S+)$/gm)].map(([, path]) => path);
    const copied = of("COPY")
      .filter((line) => !line.startsWith("--from"))
      .flatMap((line) => line.split(" ").slice(0, -1));
    expect(copied.length).toBeGreaterThan(4);
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(new Set(copied)).toEqual(new Set(ignore));
  });

  it("brings each folder that commands read", () => {
    const code = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(ROOT, "src", file), "utf8"))
      .join("\n");
    const folders = [...code.matchAll(/new URL\("(?:\.\.\/)+((?:docs|fixtures)[\w/]*?)\/?", import/g)];
    const read = new Set(folders.map(([, folder]) => folder));
    expect([...read].sort()).toEqual(["docs", "fixtures/facts", "fixtures/media"]);
    expect(of("COPY")).toEqual(expect.arrayContaining([...read].map((folder) => `${folder} ./${folder}`)));
  });

  it("lets a bot of its group use the ledger, as the unit does", () => {
    expect(of("RUN").at(-1)).toContain(
      "-m 2770 /data && install -o node -g node -m 0660 /dev/null /data/prewarm.db",
    );
    expect(read("Dockerfile")).not.toMatch(/-v prewarm:\S+:ro/);
  });

  it("brings what a ledger in PostgreSQL and a fleet need, in the versions that are tested", () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
    const tested = ["pg", "pg-boss"].map((name) => `${name}@${packages[`node_modules/${name}`].version}`);
    expect(of("RUN").filter((line) => line.endsWith(tested.join(" ")))).toHaveLength(1);
  });

  it("runs as nobody special, is told to stop by SIGTERM, and starts prewarm itself and no shell", () => {
    expect([of("USER"), of("STOPSIGNAL")]).toEqual([["node"], ["SIGTERM"]]);
    for (const line of [...of("ENTRYPOINT"), of("CMD").at(-1) ?? ""])
      expect(() => JSON.parse(line)).not.toThrow();
    expect(lines.join("\n")).not.toMatch(/(TOKEN|SECRET)\w*=/);
  });

  it("has a health check that tells a worker that lives from one that ends or is not there", async () => {
    const [, command = ""] = /CMD (\[.*\])$/.exec(of("HEALTHCHECK")[0] ?? "") ?? [];
    const [, ...args]: string[] = JSON.parse(command);
    const parts = worker();
    const server = await serve(parts);
    const { port } = new URL(server.url);
    const health = async () => {
      const child = spawn(process.execPath, args, { env: { PORT: port }, stdio: "ignore" });
      return (await once(child, "exit"))[0];
    };
    expect(await health()).toBe(0);
    parts.view.stopping = true;
    expect(await health()).toBe(1);
    await server.close();
    expect(await health()).toBe(1);
  });
});

describe("docs/admin-api.md", () => {
  const page = readFileSync(join(ROOT, "docs/admin-api.md"), "utf8");

  it("has a row for every metric of ours, with its labels", async () => {
    const { labels } = await told();
    const rows = page.split("\n").filter((line) => line.startsWith("| `prewarm_"));
    const missing = [...labels].filter(([name, own]) => {
      const base = name.replace(/_(bucket|sum|count)$/, "");
      const row = rows.find((line) => line.includes(`\`${base}{`) || line.includes(`\`${base}\``));
      const [, listed = ""] = new RegExp(`\`${base}\\{([\\w,]+)\\}`).exec(row ?? "") ?? [];
      const wanted = [...own].filter((label) => label !== "le");
      return (
        base.startsWith("prewarm_") &&
        (row === undefined || wanted.some((label) => !listed.split(",").includes(label)))
      );
    });
    expect(missing.map(([name]) => name)).toEqual([]);
  });

  it("names no metric that a worker does not tell", async () => {
    const { names } = await told();
    const bases = new Set([...names].map((name) => name.replace(/_(bucket|sum|count)$/, "")));
    const tables = page.split("\n").filter((line) => line.startsWith("| `prewarm_"));
    const named = tables.flatMap((line) =>
      [...line.matchAll(/`(prewarm_[a-z_]+)[`{]/g)].map(([, name = ""]) => name),
    );
    const ledger = ["prewarm_attempts", "prewarm_lanes", "prewarm_identity"];
    expect(named.filter((name) => !bases.has(name) && !ledger.includes(name))).toEqual([]);
  });
});
