import { expect, it } from "vitest";
import { newTag } from "../../src/domain/tag.ts";

it("is ten letters, each as likely as the others", () => {
  expect(newTag(() => 0)).toBe("aaaaaaaaaa");
  expect(newTag(() => 1 - Number.EPSILON)).toBe("zzzzzzzzzz");
  let n = 0;
  expect(newTag(() => (n++ + 0.5) / 26)).toBe("abcdefghij");
});

it("is another each time", () => {
  const tags = new Set(Array.from({ length: 1_000 }, () => newTag(Math.random)));
  expect(tags.size).toBe(1_000);
});
