import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { redactor, Secret } from "../../src/domain/secret.ts";
import { createSender, openIds, prewarm } from "../../src/index.ts";
import { API, startWorker } from "../cli/started-worker.ts";
import { closedPort } from "../helpers/closed-port.ts";
import { openWorld, TOKEN, type World } from "../helpers/world.ts";

/** Every secret that prewarm knows, each of which is nowhere else. */
const PLANTED = {
  TELEGRAM_BOT_TOKEN: "7000001:AAHfirst-bot_secretAAHfirst-bot_sec",
  R2_ACCESS_KEY_ID: "canary0accesskeyid0canary",
  R2_SECRET_ACCESS_KEY: 'canary+secret/access=key&"quoted"<x>',
  ADMIN_API_TOKEN: "canary-admin-token",
  LOOKUP_TOKEN: "canary-lookup-token",
} as const;
const SECRETS = Object.values(PLANTED);
const PASSWORD = "canary:proxy pass";

/** As others may quote them: in URLs, JSON, HTML and headers. */
const FORBIDDEN = [...Object.values(PLANTED), PASSWORD].flatMap((secret) => {
  const half = secret.slice(secret.indexOf(":") + 1);
  const inUrl = encodeURIComponent(half);
  return [
    half,
    inUrl,
    lowerHex(inUrl),
    JSON.stringify(half).slice(1, -1),
    Buffer.from(secret).toString("base64"),
  ];
});

function lowerHex(url: string): string {
  return url.replace(/%../g, (sign) => sign.toLowerCase());
}

function expectClean(text: string, place: string): void {
  for (const secret of [...FORBIDDEN, "X-Amz-Signature="])
    if (text.includes(secret))
      throw new Error(
        `${place} holds ${secret}: ${text.slice(Math.max(0, text.indexOf(secret) - 200)).slice(0, 400)}`,
      );
}

async function serverOf(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Everything that a server has of a request, and these secrets besides, in several forms. */
function echoOf({ url = "", headers, rawHeaders }: IncomingMessage, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret)]);
  return [url, lowerHex(encodeURIComponent(url)), headers.authorization, ...rawHeaders, ...forms].join(" ");
}

/** A Bot API that says back whatever it is told, as servers, proxies and their error pages do. */
function echoingTelegram(secrets: readonly string[]): Promise<string> {
  return serverOf((request, response) => {
    const said = { ok: false, error_code: 400, description: `Bad Request: ${echoOf(request, secrets)}` };
    response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify(said));
  });
}

/** The same of R2: S3 itself quotes the access key and what was signed. */
function echoingR2(secrets: readonly string[]): Promise<string> {
  return serverOf((request, response) => {
    const said = echoOf(request, secrets).replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    const body = `<Error><Code>SignatureDoesNotMatch</Code><Message>${said}</Message><AWSAccessKeyId>${PLANTED.R2_ACCESS_KEY_ID}</AWSAccessKeyId><StringToSign>${said}</StringToSign></Error>`;
    response.writeHead(403, { "content-type": "application/xml" }).end(body);
  });
}

/** Commands that speak with servers. */
const CALLING = [
  ["run"],
  ["run", "--json", "--no-preflight", "--report", "run.html", "--failed-to", "failed.jsonl"],
  ...[["check-env", "--json"], ["verify"], ["probe", "--yes", "--json", "--report", "probe.json"]],
];

/** Commands that say what is in the ledger. */
const TELLING = [
  ...[
    ["check-env"],
    ["status"],
    ["status", "--json"],
    ["failures"],
    ["failures", "--csv"],
    ["failures", "--json"],
  ],
  ...[["export"], ["lookup", "a.jpg"]],
];

/** Runs commands; what they said is clean, and quotes the servers. */
async function ask(
  world: World,
  commands: readonly (readonly string[])[],
  env: Record<string, string>,
  quoted: string,
): Promise<void> {
  let said = "";
  for (const command of commands) {
    const { stdout, stderr } = await world.ask(command, { env: { ...env, PREWARM_TIME_SCALE: "1000" } });
    expectClean(stdout + stderr, command.join(" "));
    said += stdout + stderr;
  }
  expect(said).toContain(quoted);
  expect(said).toContain("***");
}

describe("a secret", () => {
  it("is in no output and no file where every server says it back", async () => {
    const world = await openWorld();
    world.put("a.jpg", "no picture");
    // The bucket of the world knows its own keys alone.
    const { TELEGRAM_BOT_TOKEN } = PLANTED;
    const env = { ...world.env(), TELEGRAM_BOT_TOKEN };
    await ask(
      world,
      [...CALLING, ...TELLING],
      { ...env, TELEGRAM_API_ROOT: await echoingTelegram([TELEGRAM_BOT_TOKEN]) },
      "Telegram said 400: Bad Request",
    );
    await ask(
      world,
      CALLING,
      { ...env, ...PLANTED, R2_ENDPOINT: await echoingR2(SECRETS.slice(0, 3)) },
      "SignatureDoesNotMatch",
    );
    const files = readdirSync(world.dir);
    for (const file of files) expectClean(readFileSync(join(world.dir, file), "latin1"), file);
    expect(files).toEqual(expect.arrayContaining(["prewarm.db", "run.html", "failed.jsonl"]));
  });

  it("is in no answer of a worker, in no argument that others see, and not in what it says when it crashes", async () => {
    const world = await openWorld();
    world.put("a.jpg", "no picture");
    const { ADMIN_API_TOKEN, LOOKUP_TOKEN } = PLANTED;
    // What no code of ours catches: an error that carries a request, as libraries make them.
    const crash = `process.on("SIGUSR2", () => { const { env } = process; Promise.reject(Object.assign(new Error("GET " + env.TELEGRAM_API_ROOT + "/bot" + env.TELEGRAM_BOT_TOKEN + "/getMe"), { request: { headers: { authorization: env.ADMIN_API_TOKEN + env.R2_SECRET_ACCESS_KEY } }, cause: new Error(env.LOOKUP_TOKEN) })) })`;
    const env = {
      ADMIN_API_TOKEN,
      LOOKUP_TOKEN,
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(crash)}`,
    };
    const worker = await startWorker(world, { env: { ...env, TELEGRAM_BOT_TOKEN: TOKEN } });
    const headers = { authorization: `Bearer ${ADMIN_API_TOKEN}` };
    for (const path of [
      "/",
      "/metrics",
      "/healthz",
      `${API}/metrics`,
      `${API}/status`,
      `${API}/lookup?key=a.jpg`,
    ]) {
      const answer = await worker.get(path, { headers });
      expectClean((await answer.text()) + inspect([...answer.headers]), path);
    }
    if (process.platform === "linux")
      for (const name of ["cmdline", "comm"])
        expectClean(readFileSync(`/proc/${worker.pid}/${name}`, "latin1"), name);
    worker.signal("SIGUSR2");
    const { code, stdout, stderr } = await worker.ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/unexpected error, please report it: .*GET .*\/bot\*\*\*\/getMe/);
    expectClean(stdout + stderr, "the crash");
  });

  it("is in no error of the library: not in its message, its stack, its cause or whatever hangs on it", async () => {
    const world = await openWorld();
    const [telegram, r2] = [await echoingTelegram(SECRETS), await echoingR2(SECRETS)];
    const proxy = `http://ada:${encodeURIComponent(PASSWORD)}@127.0.0.1:${await closedPort()}`;
    const env = {
      ...world.env(),
      ...PLANTED,
      TELEGRAM_API_ROOT: telegram,
      R2_ENDPOINT: r2,
      PREWARM_LEDGER: "",
    };
    const place = { env, folder: world.dir };
    const sender = createSender({
      ...place,
      ids: openIds("sqlite:none.db", { onTrouble: () => {} }),
      call: async () => Promise.reject(new Error("never")),
    } as never);
    const ids = openIds("http://127.0.0.1:1", {
      token: PLANTED.LOOKUP_TOKEN,
      onTrouble: (text) => expectClean(text, "trouble"),
    });
    const thrown = [
      await prewarm({ ...place }).catch((error: unknown) => error),
      await prewarm({ ...place, env: { ...env, HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }).catch(
        (error: unknown) => error,
      ),
      await prewarm({
        ...place,
        env: { ...env, PREWARM_LEDGER: `postgres://ada:${encodeURIComponent(PASSWORD)}@127.0.0.1:1/x` },
      }).catch((error: unknown) => error),
      await prewarm({
        ...place,
        env: { ...env, TELEGRAM_API_ROOT: `${telegram}/bot${PLANTED.TELEGRAM_BOT_TOKEN}` },
      }).catch((error: unknown) => error),
      await sender.send({ chat: 1, key: "a.jpg" } as never).catch((error: unknown) => error),
    ];
    expect(await ids.fileId({ key: "a.jpg" })).toBe(null);
    for (const [at, each] of thrown.entries()) {
      expect(each, `${at}`).toBeTruthy();
      const { message = "", stack = "", cause = null } = each instanceof Error ? each : {};
      const all = [
        message,
        stack,
        inspect(cause),
        JSON.stringify(each),
        inspect(each, { depth: 9, showHidden: true }),
      ];
      expectClean(all.join("\n"), `error ${at}`);
    }
  });

  it("is taken out in every form in which others quote it", () => {
    const redact = redactor(SECRETS.map((secret) => new Secret(secret)));
    for (const secret of SECRETS) {
      const url = encodeURIComponent(secret);
      const html = secret
        .replaceAll("&", "&amp;")
        .replaceAll('"', "&quot;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;");
      for (const form of [
        secret,
        url,
        lowerHex(url),
        JSON.stringify(secret),
        html,
        Buffer.from(secret).toString("base64"),
      ])
        expect(redact(`before ${form} behind`)).toMatch(/^before "?\*\*\*"? behind$/);
    }
    expect(redact("token AAHfirst-bot_secretAAHfirst-bot_sec alone")).toBe("token *** alone");
  });
});

describe("files", () => {
  it("are as open to others as the umask says", async () => {
    const world = await openWorld();
    world.put("a.txt", "a");
    const before = process.umask(0o077);
    try {
      expect(
        (await world.ask(["run", "--json", "--report", "run.html", "--failed-to", "failed.jsonl"])).code,
      ).toBe(0);
      expect((await world.ask(["export", "-o", "all.csv"])).code).toBe(0);
    } finally {
      process.umask(before);
    }
    for (const name of ["prewarm.db", "run.html", "all.csv"])
      expect([name, statSync(join(world.dir, name)).mode & 0o777]).toEqual([name, 0o600]);
  });
});
