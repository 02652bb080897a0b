import { describe, expect, it } from "vitest";
import { spellingsOf } from "../../src/sources/filter.ts";
import { filterOf } from "./collect.ts";

const [NFC, NFD] = ["caf\u00e9", "cafe\u0301"];

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
  [
    "takes a slash at the front for the root",
    ["/photos/**", "/top.jpg"],
    [],
    ["photos/a.jpg", "photos/x/b.jpg", "top.jpg", "/photos/c.jpg"],
    ["x/photos/a.jpg", "x/top.jpg"],
  ],
  ["takes a slash alone for everything", ["/"], [], ["a", "x/y"], []],
  ["leaves out a folder that is named from the root", [], ["/photos/"], ["x/photos/a"], ["photos/a"]],
  [
    "takes both spellings of a letter with a mark, whichever the pattern has",
    [`*${NFC}*`, `*${NFD}2*`],
    [],
    [`p/${NFC}.jpg`, `p/${NFD}.jpg`, `${NFC}2.jpg`, `${NFD}2.jpg`],
    ["p/cafe.jpg"],
  ],
  ["minds case, as R2 does", ["*.jpg"], [], [], ["A.JPG"]],
];

describe("patterns", () => {
  it.each(rows)("%s", (_title, include, exclude, yes, no) => {
    const filter = filterOf({ include, exclude });
    expect([...yes, ...no].filter(filter)).toEqual(yes);
  });
});

it("asks for a prefix in each spelling that it has", () => {
  expect(spellingsOf("plain/")).toEqual(["plain/"]);
  expect(spellingsOf(`${NFC}/`)).toEqual([`${NFC}/`, `${NFD}/`]);
  expect(spellingsOf(`${NFD}/${NFC}`)).toHaveLength(3);
});
