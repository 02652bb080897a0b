import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener, request } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { Command } from "commander";
import { expect, onTestFinished } from "vitest";
import { checkEnv } from "../../src/commands/check-env.ts";
import { addCheckEnvFlags } from "../../src/commands/check-env-flags.ts";
import type { Finding } from "../../src/doctor/check.ts";
import type { Ended } from "../helpers/child.ts";
import { openWorld, type World } from "../helpers/world.ts";

const MEDIA = new URL("../../fixtures/media/", import.meta.url);

/** Those of the world are unlimited, which no concurrency can keep up with. */
export const USUAL_PACE = { PREWARM_PACE: "", PREWARM_BOT_PACE: "" };

/** What `check-env --json` answers. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  readonly settings: readonly { readonly name: string; readonly value: string; readonly origin: string }[];
  readonly summary: Readonly<Record<string, number>>;
  readonly ended: DiagnosisEnd;
}

type DiagnosisEnd = Pick<Ended, "code" | "stdout" | "stderr">;

export interface DiagnoseOptions {
  readonly env?: Record<string, string>;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly wrap?: (command: readonly string[]) => readonly string[];
  /** Besides those of the world. */
  readonly secrets?: readonly string[];
}

/** A set-up in which all is well. */
export async function healthyWorld(): Promise<World> {
  const world = await openWorld();
  putHealthy(world);
  return world;
}

/** Media of each way. */
export function putHealthy(world: World): void {
  for (const key of ["covers/welcome.jpg", "voice/welcome.ogg", "docs/readme.txt"])
    world.put(key, readFileSync(new URL(key, MEDIA)));
}

const SCHEMA = new URL("../../fixtures/schemas/check-env.schema.json", import.meta.url);
const published = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(SCHEMA, "utf8")));

/** A document is as the published schema says. */
export function expectPublished(document: unknown): void {
  published(document);
  expect(published.errors ?? []).toEqual([]);
}

/** A folder that is gone when the test is over. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "prewarm-doctor-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * What `prewarm check-env --json` answers; secrets in what it writes fail the test. A process of its own
 * where it is wrapped; else here, with the folder and the environment that a process would have.
 */
export async function diagnose(world: World, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const { args = [], secrets = [], ...more } = options;
  const env = { ...USUAL_PACE, ...more.env };
  const all = ["check-env", "--json", ...args];
  const ended = await (more.wrap
    ? world.start(all, { ...more, env }).ended
    : here(world, all, { ...more, env }));
  for (const secret of secrets) expect(`${ended.stdout}${ended.stderr}`).not.toContain(secret);
  const { findings, settings, summary } = JSON.parse(ended.stdout);
  expectPublished({ findings, settings, summary });
  expect(summary.exit_code).toBe(ended.code);
  return { findings, settings, summary, ended };
}

async function here(
  world: World,
  args: readonly string[],
  { env, cwd = world.dir }: { env: Record<string, string>; cwd?: string | undefined },
): Promise<DiagnosisEnd> {
  const before = process.cwd();
  let stdout = "";
  let code = NaN;
  const program = new Command();
  addCheckEnvFlags(program.command("check-env")).action(async (flags) => {
    code = await checkEnv(flags, {
      env: { PATH: process.env.PATH, HOME: cwd, ...world.env(), ...env },
      folder: cwd,
      stdout: { write: (text) => (stdout += text) },
    });
  });
  process.chdir(cwd);
  try {
    await program.parseAsync(args, { from: "user" });
  } finally {
    process.chdir(before);
  }
  const ended = { code, stdout, stderr: "" };
  world.searchForSecrets(ended, env);
  return ended;
}

export interface Expected {
  readonly id: string;
  readonly status?: Finding["status"];
  readonly found?: RegExp;
  readonly next: RegExp;
  readonly subject?: string;
  /** What else may not be green, since it has the same cause. */
  readonly also?: readonly string[];
}

/** The one finding that is not green is this, with this next step and the exit code that belongs to it. */
export function expectOnly({ findings, ended }: Diagnosis, expected: Expected): void {
  const { id, status = "fail", found = /./, next, subject, also = [] } = expected;
  const red = findings.filter(
    (finding) => ["fail", "warn", "unknown"].includes(finding.status) && finding.id !== "node-version",
  );
  expect([...new Set(red.map((finding) => finding.id))].sort()).toEqual([id, ...also].sort());
  const finding = red.find((each) => each.id === id && (subject === undefined || each.subject === subject));
  expect(finding).toMatchObject({ status, docs: `docs/check-env.md#check-${id}` });
  expect(finding?.found).toMatch(found);
  expect(finding?.next).toMatch(next);
  expect(ended.code).toBe({ fail: 1, warn: 0, unknown: 2, pass: 0, skipped: 0 }[status]);
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A host that takes connections and never says a word: what a firewall makes of one. */
export async function silentHost(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.resume();
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listening(server);
}

export async function tinyServer(answer: RequestListener): Promise<string> {
  const server = createHttpServer(answer);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return listening(server);
}

/** Passes everything on to `url` under its own name, with another `Date`. */
export function withDate(url: string, date: () => Date): Promise<string> {
  return tinyServer((incoming, outgoing) => {
    const { method, headers } = incoming;
    const passed = request(`${url}${incoming.url ?? "/"}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, { ...answer.headers, date: date().toUTCString() });
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
}

/** Of the system, as on every CI machine. */
const OPENSSL = "openssl";

/** An HTTPS server with a certificate of its own making. */
export async function selfSigned(): Promise<string> {
  const folder = emptyFolder();
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert];
  execFileSync(OPENSSL, [...make, ...subject], { stdio: "ignore" });
  const server = createHttpsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, answer) =>
    answer.end(),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
