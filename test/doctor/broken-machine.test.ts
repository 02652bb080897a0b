import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { closedPort } from "../helpers/closed-port.ts";
import { refusingProxy } from "../helpers/refusing-proxy.ts";
import { diagnose, emptyFolder, expectOnly, healthyWorld } from "./diagnose.ts";

/** A name that only a proxy can know. */
const BEHIND = { TELEGRAM_API_ROOT: "http://bot-api.invalid:8081" };

describe("check-env names what is wrong with machine and network, and nothing else", () => {
  it("a folder and a ledger that may not be written", async () => {
    const world = await healthyWorld();
    const cwd = emptyFolder();
    chmodSync(cwd, 0o755);
    writeFileSync(join(cwd, "prewarm.db"), "", { mode: 0o444 });
    const drop = `process.setgid(65534); process.setuid(65534); require("node:child_process").spawnSync(process.execPath, process.argv.slice(1), { stdio: "inherit" }).status`;
    const wrap = (command: readonly string[]) =>
      process.getuid?.() === 0
        ? [
            command[0] ?? "",
            "-e",
            `process.exitCode = (() => { ${drop.replace(/require.*/, (it) => `return ${it}`)} })()`,
            ...command.slice(1),
          ]
        : [...command];
    const diagnosis = await diagnose(world, { cwd, wrap });
    expectOnly(diagnosis, {
      id: "ledger-file",
      found: /may not be written/,
      next: /^sudo chown/,
      also: ["working-directory"],
    });
  });

  it("too few open files", async () => {
    const world = await healthyWorld();
    const wrap = (command: readonly string[]) => [
      "/bin/sh",
      "-c",
      'ulimit -n 83; exec "$@"',
      "sh",
      ...command,
    ];
    expectOnly(await diagnose(world, { wrap }), {
      id: "file-descriptors",
      found: /^83 allowed, 84 needed/,
      next: /^ulimit -n 4096$/,
    });
  });

  it("a proxy that is not there", async () => {
    const world = await healthyWorld();
    const env = { ...BEHIND, HTTP_PROXY: `http://ada:wonderland@127.0.0.1:${await closedPort()}` };
    const diagnosis = await diagnose(world, { env, secrets: ["wonderland"] });
    expectOnly(diagnosis, {
      id: "proxy",
      found: /cannot be reached \(ECONNREFUSED\)/,
      next: /^unset HTTPS_PROXY/,
    });
  });

  it.each([
    [407, /answered 407: it wants a name and a password$/, /^export HTTPS_PROXY=http:\/\/<name>:<password>@/],
    [403, /answered 403: it forbids this host/, /NO_PROXY=bot-api\.invalid:8081$/],
  ])("a proxy that answers %i", async (status, found, next) => {
    const world = await healthyWorld();
    const proxy = await refusingProxy(status);
    const env = { ...BEHIND, HTTP_PROXY: proxy.replace("//", "//ada:wonderland@") };
    const diagnosis = await diagnose(world, { env, secrets: ["wonderland"] });
    expectOnly(diagnosis, { id: "telegram-reach", found, next });
    expect(diagnosis.findings.find(({ id }) => id === "telegram-reach")?.found).toContain(
      new URL(proxy).host,
    );
  });

  it("an entry of NO_PROXY that can match nothing", async () => {
    const world = await healthyWorld();
    expectOnly(await diagnose(world, { env: { NO_PROXY: "localhost,10.0.0.0/33" } }), {
      id: "proxy",
      status: "warn",
      found: /NO_PROXY has 10\.0\.0\.0\/33, which matches no host/,
      next: /a net such as 10\.0\.0\.0\/8/,
    });
  });

  it("a proxy of a kind that is not spoken", async () => {
    const world = await healthyWorld();
    const diagnosis = await diagnose(world, { env: { HTTP_PROXY: "socks5://127.0.0.1:1080" } });
    expectOnly(diagnosis, {
      id: "config-values",
      subject: "HTTP_PROXY",
      found: /"socks5:\/\/127.0.0.1:1080" is not usable, it must be the URL of an http proxy/,
      next: /^export HTTP_PROXY=http:/,
    });
  });

  it("leaves a proxy alone that leads to none of these servers: they are on this machine", async () => {
    const world = await healthyWorld();
    const env = { HTTP_PROXY: `http://127.0.0.1:${await closedPort()}` };
    expect((await diagnose(world, { env })).ended.code).toBe(0);
  });

  it("a port of the admin API that is taken", async () => {
    const world = await healthyWorld();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    expectOnly(await diagnose(world, { env: { PORT: String(port) } }), {
      id: "worker-port",
      status: "warn",
      found: /is taken/,
      next: new RegExp(`^export PORT=${port + 1}$`),
    });
  });
});
