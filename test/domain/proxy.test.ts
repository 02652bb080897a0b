import { describe, expect, it } from "vitest";
import { isProxied, ProxyError, proxyOf, proxyTrouble, uselessEntries } from "../../src/domain/proxy.ts";

const PROXIES = { https: "http://p:1", http: "http://q:2" };

describe("the proxy that a server is called through", () => {
  it.each([
    ["https://a.test", "", "http://p:1"],
    ["http://a.test", "", "http://q:2"],
    ["https://a.test", "a.test", null],
    ["https://x.a.test", ".a.test", null],
    ["https://x.a.test", "*.a.test", null],
    ["https://ba.test", "a.test", "http://p:1"],
    ["https://a.test", "a.test:8443", "http://p:1"],
    ["https://a.test:8443", "b.test, a.test:8443", null],
    ["https://a.test", "*", null],
    ["https://a.test", "b.test,*", null],
    ["https://A.TEST", "a.Test", null],
    ["http://10.1.2.3", "10.0.0.0/8", null],
    ["http://11.1.2.3", "10.0.0.0/8", "http://q:2"],
    ["http://10.1.2.3:9000", "10.0.0.0/8:9000", null],
    ["http://10.1.2.3", "10.*", null],
    ["http://10.1.2.3", "10.1.2.3", null],
    ["https://r2.eu.example.com", "r2.*.example.com", null],
    ["https://r2.eu.example.org", "r2.*.example.com", "http://p:1"],
    ["https://minio", "<local>", null],
    ["https://minio.lan", "<local>", "http://p:1"],
    ["http://[fd00::7]:9000", "fd00::/8", null],
    ["http://[fd00::7]:9000", "[fd00::7]:9000", null],
    ["http://[fd00::7]", "fd00::7", null],
    ["http://[2001:db8::1]", "fd00::/8", "http://q:2"],
    ["https://a.test", "10.0.0.0/33, https://a.test", "http://p:1"],
  ])("%s with NO_PROXY=%s", (url, no, chosen) => {
    expect(proxyOf(url, { ...PROXIES, no })).toBe(chosen);
    expect(isProxied(url, no)).toBe(chosen !== null);
  });

  it.each([
    "http://127.0.0.1:9000",
    "http://127.8.9.1",
    "https://localhost",
    "http://LOCALHOST:1",
    "http://[::1]:9",
  ])("is none for this machine: %s", (url) => {
    expect(proxyOf(url, PROXIES)).toBeNull();
  });

  it("for https is HTTP_PROXY where there is no other", () => {
    expect(proxyOf("https://a.test", { http: "http://q:2" })).toBe("http://q:2");
    expect(proxyOf("https://a.test", { https: "", http: "http://q:2" })).toBe("http://q:2");
    expect(proxyOf("http://a.test", { https: "http://p:1" })).toBeNull();
  });

  it("is told of entries of NO_PROXY that match nothing", () => {
    expect(uselessEntries("a.test, 10.0.0.0/8,fd00::/8;127.*")).toEqual([]);
    expect(uselessEntries("https://a.test,10.0.0.0/33,a.test/path")).toEqual([
      "https://a.test",
      "10.0.0.0/33",
      "a.test/path",
    ]);
  });
});

it("a proxy is named by what it did, without its password, however deep its error lies", () => {
  const proxy = "http://ada:wonderland@proxy.lan:3128";
  const refused = new ProxyError(proxy, { status: 407 });
  const wrapped = new Error("no answer", { cause: new AggregateError([refused]) });
  expect(proxyTrouble(wrapped)).toMatch(
    /^the proxy proxy\.lan:3128 answered 407: it wants a name and a password/,
  );
  expect(proxyTrouble(new ProxyError(proxy, { code: "ECONNREFUSED" }))).toBe(
    "the proxy proxy.lan:3128 could not be reached (ECONNREFUSED)",
  );
  expect(proxyTrouble(new Error("socket hang up"))).toBeNull();
  expect(JSON.stringify({ ...refused }) + refused.stack).not.toMatch(/wonderland/);
});
