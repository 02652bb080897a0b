import { createHash } from "node:crypto";
import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { statusPage } from "../../../src/admin/page/page.ts";

const { html, headers } = statusPage();
const policy = headers["content-security-policy"] ?? "";

function inside(tag: "script" | "style"): string {
  const parts = [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "g"))];
  expect(parts).toHaveLength(1);
  return parts[0]?.[1] ?? "";
}

describe("the document of the status page", () => {
  it("holds all it needs: no address of another place, no file to load", () => {
    const loads = [...html.matchAll(/(?:src|href|action)="([^"]*)"|url\(([^)]*)\)|@import/g)].map(
      ([, at]) => at,
    );
    expect(loads.every((at) => at?.startsWith("data:"))).toBe(true);
    const addresses = html.match(/https?:\/\/[^"' ]*/g) ?? [];
    // The name of SVG in the icon, and uPlot's in its licence.
    expect(new Set(addresses)).toEqual(
      new Set(["http://www.w3.org/2000/svg", "https://github.com/leeoniya/uPlot"]),
    );
  });

  it.each(["script", "style"] as const)("allows its own %s by digest, and no other", (tag) => {
    const digest = createHash("sha256").update(inside(tag)).digest("base64");
    expect(policy).toContain(`${tag}-src 'sha256-${digest}'`);
    expect(policy).not.toContain("unsafe");
    expect(policy).toContain("default-src 'none'");
  });

  it("has a script that parses and never reads text as HTML or code", () => {
    const script = inside("script");
    expect(() => new Script(script)).not.toThrow();
    expect(script).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|localStorage/,
    );
  });

  it("has no element with style or code in an attribute, which the policy would refuse", () => {
    expect(html).not.toMatch(/<[a-z][^>]* (style|on[a-z]+)=/);
  });
});
