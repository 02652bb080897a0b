import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { docsUrl, webAddress } from "../../src/commands/docs-url.ts";

it("leads to a page that is there, or to where the package is published", () => {
  const [page = "", anchor] = docsUrl("docs/check-env.md#check-clock").split("#");
  expect(anchor).toBe("check-clock");
  if (page.startsWith("file:")) expect(existsSync(fileURLToPath(page))).toBe(true);
  else expect(page).toMatch(/^https:\/\/[^/]+\/.+/);
});

it("knows the ways in which package.json names a repository", () => {
  for (const repository of [
    "owner/name",
    "github:owner/name",
    "git+https://github.com/owner/name.git",
    "https://github.com/owner/name",
    "git@github.com:owner/name.git",
    "ssh://git@github.com/owner/name.git",
  ])
    expect(webAddress(repository)).toBe("https://github.com/owner/name");
  expect(webAddress("git+https://git.example.com/a/b/c.git")).toBe("https://git.example.com/a/b/c");
  expect(webAddress("")).toBeNull();
});
