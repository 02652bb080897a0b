import { describe, expect, it } from "vitest";
import { keyFilter } from "../../src/sources/filter.ts";

const rows: [title: string, include: string[], exclude: string[], yes: string[], no: string[]][] = [
  ["takes every key without patterns", [], [], ["a.jpg", "x/y/.z"], []],
  [
    "matches the last segment when a pattern has no slash",
    ["*.jpg"],
    [],
    ["a.jpg", "x/y/b.jpg", "x/.c.jpg"],
    ["x.jpg/readme"],
  ],
  [
    "matches the whole key when a pattern has a slash",
    ["x/*.jpg"],
    [],
    ["x/a.jpg"],
    ["a.jpg", "x/y/a.jpg", "w/x/a.jpg"],
  ],
  ["crosses folders with **", ["x/**/*.jpg"], [], ["x/a.jpg", "x/y/z/a.jpg", "x/.hidden/a.jpg"], ["y/a.jpg"]],
  ["takes ** alone for everything", ["**"], [], ["a", "x/.y/z"], []],
  ["takes a folder for all below it", [], ["tmp/"], ["a/tmp/b", "tmpx/a"], ["tmp/a", "tmp/a/b"]],
  ["lets exclude win over include", ["*.jpg"], ["x/**"], ["a.jpg"], ["x/a.jpg", "a.png"]],
  ["takes a key that any include matches", ["*.jpg", "*.png"], [], ["a.jpg", "b.png"], ["c.gif"]],
  ["knows braces and brackets", ["*.{jpg,png}", "img[0-9].gif"], [], ["a.png", "img7.gif"], ["imgx.gif"]],
  ["minds case, as R2 does", ["*.jpg"], [], [], ["A.JPG"]],
];

describe("keyFilter", () => {
  it.each(rows)("%s", (_title, include, exclude, yes, no) => {
    const filter = keyFilter({ include, exclude });
    expect([...yes, ...no].filter(filter)).toEqual(yes);
  });
});
