import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { R2FaultRequest } from "../../src/sandbox/r2/faults.ts";
import { closedPort } from "../helpers/closed-port.ts";
import type { World } from "../helpers/world.ts";
import {
  diagnose,
  type Expected,
  expectOnly,
  healthyWorld,
  selfSigned,
  silentHost,
  tinyServer,
  withDate,
} from "./diagnose.ts";

const DENIED = {
  status: 403,
  body: "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
  contentType: "application/xml",
};
const OBJECT_READ = /^Cloudflare dashboard -> R2 -> Manage API tokens -> your token -> Edit: Object Read/;

/** The bucket answers requests of this kind so. */
function denying(meets: (request: R2FaultRequest) => boolean, fault: object = DENIED) {
  return (world: World) => {
    world.faults = (request) => (meets(request) ? fault : undefined);
    return {};
  };
}

interface Case extends Expected {
  readonly title: string;
  readonly breaks: (world: World) => Record<string, string> | Promise<Record<string, string>>;
  readonly secrets?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    title: "the public address of a bucket as endpoint",
    breaks: () => ({ R2_ENDPOINT: "https://pub-0123456789abcdef.r2.dev" }),
    id: "config-values",
    found: /is the public address of a bucket/,
    next: /Account ID, then: export R2_ENDPOINT=https:/,
  },
  {
    title: "an account id that is none",
    breaks: () => ({ R2_ENDPOINT: "https://my-account.r2.cloudflarestorage.com" }),
    id: "config-values",
    found: /"my-account" is no account id/,
    next: /Account ID, then: export R2_ENDPOINT=https:/,
  },
  {
    title: "a port where nothing listens",
    breaks: async () => ({ R2_ENDPOINT: `http://127.0.0.1:${await closedPort()}` }),
    id: "r2-reach",
    found: /ECONNREFUSED/,
    next: /prewarm sandbox/,
  },
  {
    title: "a host that is not there",
    breaks: () => ({ R2_ENDPOINT: "http://no-such-host.invalid" }),
    id: "r2-reach",
    found: /ENOTFOUND|EAI_AGAIN/,
    next: /R2_ACCOUNT_ID=|resolv\.conf/,
  },
  {
    title: "https where there is http only",
    breaks: (world) => ({ R2_ENDPOINT: world.r2.url.replace("http:", "https:") }),
    id: "r2-reach",
    found: /speaks no TLS/,
    next: /^export R2_ENDPOINT=http:\/\/127/,
  },
  {
    title: "a certificate that nobody signed",
    breaks: async () => ({ R2_ENDPOINT: await selfSigned() }),
    id: "r2-reach",
    found: /certificate of .* is not accepted \(.*SELF_SIGNED/,
    next: /^export NODE_EXTRA_CA_CERTS=/,
  },
  {
    title: "an address that points elsewhere",
    breaks: async () => ({
      R2_ENDPOINT: `http://${await tinyServer((_, answer) => answer.writeHead(301, { location: "https://elsewhere.test/x" }).end())}`,
    }),
    id: "r2-reach",
    next: /^export R2_ENDPOINT=https:\/\/elsewhere\.test$/,
  },
  {
    title: "an unknown key id",
    breaks: () => ({ R2_ACCESS_KEY_ID: "00000000000000000000000000000bad" }),
    secrets: ["00000000000000000000000000000bad"],
    id: "r2-access",
    next: /export R2_ACCESS_KEY_ID=/,
  },
  {
    title: "the secret of another key",
    breaks: () => ({ R2_SECRET_ACCESS_KEY: "another-secret-access-key" }),
    secrets: ["another-secret-access-key"],
    id: "r2-access",
    found: /refuses the signature/,
    next: /export R2_SECRET_ACCESS_KEY=/,
  },
  {
    title: "a bucket that is not there",
    breaks: () => ({ R2_BUCKET: "medias" }),
    id: "r2-access",
    found: /has no bucket medias/,
    next: /name of your bucket, then: export R2_BUCKET=/,
  },
  {
    title: "a bucket's name that cannot be one",
    breaks: () => ({ R2_BUCKET: "My_Media" }),
    id: "r2-access",
    found: /"My_Media" is no name that a bucket can have/,
    next: /export R2_BUCKET=/,
  },
  {
    title: "a server that fails",
    breaks: denying(() => true, { status: 503 }),
    id: "r2-access",
    status: "unknown",
    found: /503/,
    next: /^run again/,
  },
  {
    title: "a key pair that is refused everything",
    breaks: denying(({ bucket }) => bucket !== null),
    id: "r2-access",
    found: /does not let this key pair read bucket media/,
    next: OBJECT_READ,
  },
  ...[403, 404, 200].map((status) => ({
    title: `a web page that answers ${status} in place of S3`,
    breaks: denying(({ bucket }) => bucket !== null, {
      status,
      body: "<!doctype html><html><body>Sign in<br></body></html>",
      contentType: "text/html",
    }),
    id: "r2-access",
    found: /answers, but not as S3/,
    next: /^check R2_ENDPOINT/,
  })),
  {
    title: "no right to list",
    breaks: denying(({ key, bucket }) => bucket !== null && key === null),
    id: "r2-list",
    found: /may not list/,
    next: OBJECT_READ,
  },
  {
    title: "no right to read",
    breaks: denying(({ key }) => key !== null),
    id: "r2-read",
    found: /may not read/,
    next: OBJECT_READ,
  },
  {
    title: "an empty bucket",
    breaks: () => ({ R2_BUCKET: "other" }),
    id: "r2-list",
    status: "warn",
    found: /empty/,
    next: /^put media into the bucket/,
  },
  {
    title: "files that no upload takes",
    breaks: (world) => {
      world.put("clips/long.mp4", { bytes: 60_000_000 }, "video/mp4");
      return {};
    },
    id: "r2-objects",
    status: "warn",
    found: /^1 of 4 over 50 MB.*clips\/long\.mp4/,
    next: /TELEGRAM_API_LOCAL=1/,
  },
  {
    title: "pictures stored under a wrong type",
    breaks: (world) => {
      world.put("covers/odd.jpg", "not looked into", "application/octet-stream");
      return {};
    },
    id: "r2-types",
    status: "warn",
    found: /covers\/odd\.jpg: application\/octet-stream/,
    next: /Content-Type/,
  },
  {
    title: "plain GETs that are turned away",
    breaks: denying(({ method, key }) => method === "GET" && key !== null, { status: 418 }),
    id: "r2-presigned",
    found: /answers 418 to a plain GET/,
    next: /^prewarm run --transfer upload$/,
  },
  {
    title: "a clock that is 20 minutes off",
    breaks: async (world) => {
      const place = await withDate(world.r2.url, () => new Date(Date.now() - 20 * 60_000));
      return { R2_ENDPOINT: `http://${place}` };
    },
    id: "clock",
    found: /^20 min ahead of 127/,
    next: /timedatectl|sntp|w32tm/,
  },
  {
    title: "a clock that is two minutes off",
    breaks: async (world) => {
      const place = await withDate(world.r2.url, () => new Date(Date.now() + 2.5 * 60_000));
      return { R2_ENDPOINT: `http://${place}` };
    },
    id: "clock",
    status: "warn",
    found: /^3 min behind 127|^2 min behind 127/,
    next: /timedatectl|sntp|w32tm/,
  },
];

describe("check-env names what is wrong with R2, and nothing else", () => {
  it.each(CASES)("$title", async ({ breaks, secrets = [], ...expected }) => {
    const world = await healthyWorld();
    const env = await breaks(world);
    expectOnly(await diagnose(world, { env, secrets }), expected);
  });

  it("says of hosts that swallow packets that they do, and does not ask for what stands behind them", async () => {
    const world = await healthyWorld();
    const place = await silentHost();
    const env = { R2_ENDPOINT: `http://${place}`, TELEGRAM_API_ROOT: `http://${place}` };
    const diagnosis = await diagnose(world, { env });
    const silent = { found: /gives no answer in time/, next: /^curl -sv -m 5/ };
    expectOnly(diagnosis, { id: "r2-reach", also: ["telegram-reach"], ...silent });
    expectOnly(diagnosis, { id: "telegram-reach", also: ["r2-reach"], ...silent });
    const group = diagnosis.findings.filter(({ group }) => group === "r2");
    expect(group.filter(({ status }) => status === "skipped").map(({ found }) => found)).toEqual(
      Array(6).fill("not looked at while r2-reach does not hold"),
    );
  });

  it("finds nothing wrong with an object that is stored packed, which is uploaded unpacked", async () => {
    const world = await healthyWorld();
    const headers = { "content-encoding": "gzip" };
    world.r2.put("media", "a.txt", gzipSync("packed"), { headers });
    const { findings } = await diagnose(world);
    const found = findings.find(({ id }) => id === "r2-presigned");
    expect(found).toMatchObject({
      status: "pass",
      found: expect.stringMatching(/^a\.txt is stored with Content-Encoding gzip/),
    });
  });
});
