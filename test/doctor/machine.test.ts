import { describe, expect, it } from "vitest";
import { inspect } from "../../src/config/inspect.ts";
import type { Report } from "../../src/doctor/check.ts";
import { CHECKS } from "../../src/doctor/checks.ts";
import type { CheckContext, CheckedBucket, Host } from "../../src/doctor/context.ts";
import { thisHost } from "../../src/doctor/host.ts";
import { failure } from "../../src/domain/failure.ts";
import { failed } from "../../src/domain/result.ts";
import { emptyFolder } from "./diagnose.ts";

const SUMMER_2026 = Date.parse("2026-07-01");

/** What a check says on another machine, or with values that would reach out of this one. */
async function reportOf(
  id: string,
  {
    host = {},
    env = {},
    now = SUMMER_2026,
    r2 = null,
  }: { host?: Partial<Host>; env?: Record<string, string>; now?: number; r2?: CheckedBucket | null },
): Promise<Report | undefined> {
  const folder = emptyFolder();
  const config = inspect({}, env, folder);
  const check = CHECKS.find((each) => each.id === id);
  const context = {
    host: { ...thisHost(), ...host },
    env,
    folder,
    config,
    r2,
    now: () => now,
  } as CheckContext;
  return (await check?.run(context))?.[0];
}

describe("Node.js versions", () => {
  it.each([
    ["18.20.8", "fail", /older than 20\.19/],
    ["20.18.3", "fail", /older than 20\.19/],
    ["20.19.0", "warn", /past its end of life \(2026-04-30\); AWS SDKs from January 2027 on need 22/],
    ["22.12.0", "pass", /^22\.12\.0$/],
    ["24.1.0", "pass", /^24\.1\.0$/],
  ])("%s is a %s", async (node, status, found) => {
    const report = await reportOf("node-version", { host: { node } });
    expect(report?.status).toBe(status);
    expect(report?.found).toMatch(found);
    if (status !== "pass") expect(report?.next).toBe("nvm install 24");
  });

  it("22 is past its end of life in 2027", async () => {
    const report = await reportOf("node-version", {
      host: { node: "22.12.0" },
      now: Date.parse("2027-05-01"),
    });
    expect(report?.status).toBe("warn");
  });
});

describe("a bucket that R2 refuses", () => {
  const id = "0123456789abcdef0123456789abcdef";
  const denied = failed(
    failure("r2_denied", "R2 does not let this key pair read bucket media (403 AccessDenied)"),
  );
  const accessAt = (host: string, head = denied) => {
    const r2 = { bucket: "media", firstPage: async () => denied, storage: { head: async () => head } };
    return reportOf("r2-access", {
      env: { R2_ENDPOINT: `https://${host}` },
      r2: r2 as unknown as CheckedBucket,
    });
  };

  it("at the plain host of an account may be one of a jurisdiction", async () => {
    const report = await accessAt(`${id}.r2.cloudflarestorage.com`);
    expect(report?.status).toBe("fail");
    expect(report?.next).toMatch(/\.eu\., \.us\. or \.fedramp\./);
    expect(report?.next).toContain(`export R2_ENDPOINT=https://${id}.eu.r2.cloudflarestorage.com`);
  });

  it("elsewhere lacks a right, and nothing is said of jurisdictions", async () => {
    for (const host of [`${id}.us.r2.cloudflarestorage.com`, "minio.lan:9000"]) {
      const report = await accessAt(host);
      expect(report?.status).toBe("fail");
      expect(report?.next).not.toContain("jurisdiction");
    }
  });

  it("is known to a key pair that may read and not list", async () => {
    const missing = failed(failure("object_missing", "no such object"));
    expect((await accessAt(`${id}.r2.cloudflarestorage.com`, missing as typeof denied))?.status).toBe("pass");
  });

  it.each(["eu", "us", "fedramp"])("is looked for at the host of its jurisdiction: %s", async (name) => {
    const report = await reportOf("r2-endpoint", {
      env: { R2_ENDPOINT: `https://${id}.${name}.r2.cloudflarestorage.com` },
    });
    expect(report).toMatchObject({ status: "pass", found: expect.stringContaining(`jurisdiction ${name}`) });
  });
});

describe("where the ledger lies", () => {
  it.each([
    ["NFS", 0x6969, 1e12, "fail", /NFS, where WAL is not possible/],
    ["a share of Windows", 0xff534d42, 1e12, "fail", /CIFS, where WAL is not possible/],
    ["the same, as a signed number", 0xff534d42 | 0, 1e12, "fail", /CIFS, where WAL is not possible/],
    ["a drive of Windows in WSL", 0x01021997, 1e12, "fail", /9p, where WAL is not possible/],
    ["FUSE, as bind mounts of Docker Desktop are", 0x65735546, 1e12, "warn", /FUSE file system/],
    ["a full disk", 0xef53, 500_000, "fail", /MB free/],
    ["a disk that is nearly full", 0xef53, 20_000_000, "warn", /20 MB free/],
    ["a disk with room", 0xef53, 1e12, "pass", /local/],
  ])("%s", async (_, type, freeBytes, status, found) => {
    const report = await reportOf("ledger-disk", { host: { fileSystem: () => ({ type, freeBytes }) } });
    expect(report?.status).toBe(status);
    expect(report?.found).toMatch(found);
  });

  it("is known on Windows by its path, and elsewhere nothing is claimed", async () => {
    const at = (platform: NodeJS.Platform, path: string) =>
      reportOf("ledger-disk", {
        host: { platform, fileSystem: () => ({ type: 0, freeBytes: 1e12, path }) },
      });
    expect(await at("win32", "\\\\nas\\media")).toMatchObject({
      status: "fail",
      found: expect.stringContaining("a network share"),
    });
    expect(await at("win32", "C:\\data")).toMatchObject({ status: "pass", found: "1000000 MB free" });
    expect(await at("darwin", "/Users/an")).toMatchObject({ status: "pass", found: "1000000 MB free" });
  });

  it("may be written by this user, or by nobody, or that cannot be told", async () => {
    const at = (may: ReturnType<Host["mayWrite"]>) =>
      reportOf("working-directory", { host: { mayWrite: () => may } });
    expect(await at(true)).toMatchObject({ status: "pass" });
    expect(await at(false)).toMatchObject({ status: "warn", next: expect.stringContaining("chown") });
    const readOnly = await at("read-only");
    expect(readOnly).toMatchObject({ status: "warn", found: expect.stringContaining("mounted read-only") });
    expect(readOnly?.next).not.toContain("chown");
    expect(await at(undefined)).toMatchObject({ status: "skipped" });
  });
});

describe("values that would harm", () => {
  it("refuses a time scale against Telegram itself, and takes it on this machine", async () => {
    const real = await reportOf("time-scale", { env: { PREWARM_TIME_SCALE: "10" } });
    expect(real).toMatchObject({ status: "fail", next: "export PREWARM_TIME_SCALE=1" });
    const sandbox = { PREWARM_TIME_SCALE: "10", TELEGRAM_API_ROOT: "http://127.0.0.1:8081" };
    expect((await reportOf("time-scale", { env: sandbox }))?.status).toBe("pass");
  });

  it("knows that Telegram's own server has no local mode", async () => {
    const cloud = await reportOf("telegram-limits", { env: { TELEGRAM_API_LOCAL: "1" } });
    expect(cloud).toMatchObject({ status: "fail", next: "export TELEGRAM_API_LOCAL=0" });
    const own = { TELEGRAM_API_LOCAL: "1", TELEGRAM_API_ROOT: "http://bot-api.internal:8081" };
    expect(await reportOf("telegram-limits", { env: own })).toMatchObject({ status: "pass" });
  });

  it("takes the endpoint of a jurisdiction, and one by account id", async () => {
    const account = "0123456789abcdef".repeat(2);
    const eu = { R2_ENDPOINT: `https://${account}.eu.r2.cloudflarestorage.com` };
    expect(await reportOf("r2-endpoint", { env: eu })).toMatchObject({ status: "pass" });
    expect((await reportOf("r2-endpoint", { env: eu }))?.found).toContain("jurisdiction eu");
    expect((await reportOf("r2-endpoint", { env: { R2_ACCOUNT_ID: account } }))?.status).toBe("pass");
    expect((await reportOf("config-values", { env: { R2_ACCOUNT_ID: "acme" } }))?.status).toBe("fail");
  });
});
