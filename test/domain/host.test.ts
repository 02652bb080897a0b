import { describe, expect, it } from "vitest";
import { isLoopback, isPrivate, openHostProblem } from "../../src/domain/host.ts";
import { Secret } from "../../src/domain/secret.ts";

const LOOPBACK = ["127.0.0.1", "127.5.5.5", "::1", "[::1]", "Localhost", "::ffff:127.0.0.1"];
const PRIVATE = ["10.0.0.1", "172.16.0.1", "172.31.9.9", "192.168.1.5", "[fc00::1]", "fd12:3456::1", "minio"];
const PUBLIC = [
  "0.0.0.0",
  "::",
  "8.8.8.8",
  "172.32.0.1",
  "[2606:4700::1]",
  "127.example.com",
  "10.example.com",
  "localhost.evil.com",
  "1270.0.0.1",
  "api.telegram.org",
];

describe("a host", () => {
  it("is loopback when only this machine can reach it", () => {
    expect([...LOOPBACK, ...PRIVATE, ...PUBLIC, ""].filter(isLoopback)).toEqual(LOOPBACK);
  });

  it("is private when nobody outside of the local network can reach it", () => {
    expect([...LOOPBACK, ...PRIVATE, ...PUBLIC].filter(isPrivate)).toEqual([...LOOPBACK, ...PRIVATE]);
  });

  it("serves the admin API to others only with a token, and says what to do", () => {
    for (const token of [null, new Secret(""), new Secret(" ")])
      expect(openHostProblem("environment PREWARM_HOST", "0.0.0.0", token)).toMatch(
        /^environment PREWARM_HOST: "0\.0\.0\.0" lets other machines in and ADMIN_API_TOKEN is not set.*; set ADMIN_API_TOKEN .*127\.0\.0\.1$/,
      );
    expect(openHostProblem("--host", "0.0.0.0", new Secret("t"))).toBeNull();
    expect(openHostProblem("--host", "127.0.0.1", null)).toBeNull();
  });
});
