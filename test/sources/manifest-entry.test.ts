import { describe, expect, it } from "vitest";
import { readEntry } from "../../src/sources/manifest-entry.ts";
import { told } from "./collect.ts";

function told1(value: unknown): string {
  return told([readEntry({ where: "m:7", value })])[0] ?? "";
}

describe("readEntry", () => {
  it("takes every field of an entry, and brings etag, hash and duration into their one form", () => {
    const value = {
      key: "a b/ü.mp4",
      kind: "video",
      bytes: 5,
      etag: '"0cc175b9"',
      sha256: "AB".repeat(32),
      mime: "video/mp4",
      bot: "second",
      width: 640,
      height: 360,
      duration: 12.6,
      thumbnail: "a b/ü.jpg",
      filename: "ü.mp4",
      title: "T",
      performer: "P",
      priority: -2,
    };
    const entry = { ...value, etag: "0cc175b9", sha256: "ab".repeat(32), duration: 13 };
    expect(readEntry({ where: "m:1", value })).toEqual({ type: "entry", entry, where: "m:1" });
  });

  it("ignores unknown fields and takes null for not given", () => {
    const value = { key: "a", wdith: 5, etag: null, bytes: null, status: "ready" };
    const item = readEntry({ where: "m:1", value });
    expect(JSON.parse(JSON.stringify(item))).toMatchObject({ type: "entry", entry: { key: "a" } });
  });

  it.each<[value: unknown, message: string]>([
    [{}, "key is missing"],
    [{ key: "" }, 'key must be a text of 1 to 1024 bytes, not ""'],
    [
      { key: "a\u0000b" },
      'key must be a text of 1 to 1024 bytes without NUL or half characters, not "a\\u0000b"',
    ],
    [
      { key: "a\ud800" },
      'key must be a text of 1 to 1024 bytes without NUL or half characters, not "a\\ud800"',
    ],
    [
      { key: "a", title: "\u0000" },
      'title must be a text that is not empty without NUL or half characters, not "\\u0000"',
    ],
    [{ key: 5 }, "key must be a text of 1 to 1024 bytes, not 5"],
    [{ key: "ü".repeat(513) }, `key must be a text of 1 to 1024 bytes, not "${"ü".repeat(59)}...`],
    [
      { key: "a", kind: "image" },
      'kind must be one of photo, video, animation, audio, voice, document, not "image"',
    ],
    [{ key: "a", bytes: "49x" }, 'bytes must be a whole number from 0, not "49x"'],
    [{ key: "a", bytes: "" }, 'bytes must be a whole number from 0, not ""'],
    [{ key: "a", bytes: ["5"] }, "bytes must be a whole number from 0, not a list"],
    [{ key: "a", width: "1.5" }, "width must be a whole number from 1, not 1.5"],
    [{ key: "a", bytes: 1.5 }, "bytes must be a whole number from 0, not 1.5"],
    [{ key: "a", bytes: 2 ** 53 }, "bytes must be a whole number from 0, not 9007199254740992"],
    [{ key: "a", sha256: "abc" }, 'sha256 must be 64 hex digits, not "abc"'],
    [{ key: "a", mime: "jpeg" }, 'mime must be a type such as image/jpeg, not "jpeg"'],
    [{ key: "a", height: 0 }, "height must be a whole number from 1, not 0"],
    [{ key: "a", duration: -1 }, "duration must be seconds from 0, as a number, not -1"],
    [{ key: "a", thumbnail: {} }, "thumbnail must be a text of 1 to 1024 bytes, not an object"],
    [{ key: "a", title: "" }, 'title must be a text that is not empty, not ""'],
    [{ key: "a", priority: "high" }, 'priority must be a number, not "high"'],
    [
      { key: "a", bytes: -1, width: [] },
      "bytes must be a whole number from 0, not -1; width must be a whole number from 1, not a list",
    ],
    ["text", 'must be an object such as {"key":"a.jpg"}, not "text"'],
    [null, 'must be an object such as {"key":"a.jpg"}, not null'],
    [["a"], 'must be an object such as {"key":"a.jpg"}, not a list'],
  ])("names place, field, what was found and what is allowed: %j", (value, message) => {
    expect(told1(value)).toBe(`m:7: ${message}`);
  });

  it("takes numbers that are written as text, as csv has them and databases export them", () => {
    const given = {
      key: "a",
      bytes: "4924",
      width: " 640",
      height: "480 ",
      duration: "31.2",
      priority: "-5",
    };
    expect(readEntry({ where: "m:1", value: given })).toMatchObject({
      entry: { bytes: 4924, width: 640, height: 480, duration: 31, priority: -5 },
    });
  });

  it.each([
    [0.4, 1],
    [0.6, 1],
    [1.4, 1],
    ["0.1", 1],
    [0, undefined],
  ])("takes a duration of %j seconds for %j: 0 would say that nobody knows", (duration, seconds) => {
    const item = readEntry({ where: "m:1", value: { key: "a", duration } });
    expect(item.type === "entry" && item.entry.duration).toBe(seconds);
  });

  it("keeps the key of a bad entry where it can be told", () => {
    expect(readEntry({ where: "m:1", value: { key: "a.jpg", bytes: -1 } })).toMatchObject({
      type: "bad",
      where: "m:1",
      key: "a.jpg",
      failure: { class: "config", reason: "manifest_line" },
    });
  });

  it("takes folder markers for no work", () => {
    expect(told1({ key: "d/" })).toBe("d/ skipped: folder_marker");
    // What somebody says is empty is looked at.
    expect(told1({ key: "a", bytes: 0 })).toBe("a");
    expect(told1({ key: "k".repeat(1024), bytes: 1 })).toBe("k".repeat(1024));
  });
});
