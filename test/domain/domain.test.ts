import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { fromWall, systemClock, toWall } from "../../src/domain/clock.ts";
import {
  asMarker,
  bareEtag,
  isProvisional,
  namesContent,
  provisionalId,
  readEtag,
} from "../../src/domain/content.ts";
import { Emitter } from "../../src/domain/events.ts";
import { carriedFailure, failure, isPermanent, nextStep, PASSING_CLASSES } from "../../src/domain/failure.ts";
import {
  extensionOf,
  familyOf,
  isMediaKind,
  kindOfKey,
  kindOfMime,
  MEDIA_KINDS,
} from "../../src/domain/media.ts";
import { REASONS, type Reason } from "../../src/domain/reasons.ts";
import { redactor, Secret } from "../../src/domain/secret.ts";
import { SKIP_REASONS } from "../../src/domain/skip-reasons.ts";
import { etagOf } from "../helpers/etag.ts";

describe("kinds", () => {
  it.each([
    ["a/b.JPG", "jpg", "photo"],
    ["a.jpeg", "jpeg", "photo"],
    ["a.webp", "webp", "photo"],
    ["a.gif", "gif", "animation"],
    ["a.mov", "mov", "video"],
    ["a.tar.mp4", "mp4", "video"],
    ["a.flac", "flac", "audio"],
    ["a.oga", "oga", "voice"],
    ["a.pdf", "pdf", "document"],
    ["a.jfif", "jfif", "photo"],
    ["c.jpe", "jpe", "photo"],
    ["a.mpga", "mpga", "audio"],
    ["a.qt", "qt", "video"],
    ["a.mp4v", "mp4v", "video"],
    ["a.opus", "opus", "voice"],
    ["a.heic", "heic", "document"],
    ["a.mkv", "mkv", "document"],
    ["folder.jpg/file", "", undefined],
    [".jpg", "", undefined],
    ["a.", "", undefined],
  ])("%s has the extension %j and is %s", (key, extension, kind) => {
    expect([extensionOf(key), kindOfKey(key)]).toEqual([extension, kind]);
  });

  it.each([
    ["image/gif", "animation"],
    ["image/png", "photo"],
    ["image/svg+xml", "document"],
    ["video/mp4", "video"],
    ["video/x-matroska", "document"],
    ["audio/ogg", "voice"],
    ["audio/mpeg", "audio"],
    ["image/jpg", "photo"],
    ["image/pjpeg", "photo"],
    ["image/x-png", "photo"],
    ["Image/JPG; charset=binary", "photo"],
    ["audio/mp3", "audio"],
    ["audio/x-m4a", "audio"],
    ["audio/wav", "audio"],
    ["audio/opus", "voice"],
    ["video/quicktime", "video"],
    ["video/x-m4v", "video"],
    ["audio/x-mpegurl", "document"],
    ["image/tiff", "document"],
    ["", "document"],
  ])("stored as %j it is %s", (mime, kind) => {
    expect(kindOfMime(mime)).toBe(kind);
  });

  it("come in two families, between which no id can go", () => {
    expect(MEDIA_KINDS.filter((kind) => familyOf(kind) === "photo")).toEqual(["photo"]);
    expect([isMediaKind("voice"), isMediaKind("sticker"), isMediaKind(undefined)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("secrets", () => {
  const secret = new Secret("12:a/b+c=");

  it("print as stars wherever they end up", () => {
    for (const text of [`${secret}`, JSON.stringify({ secret }), inspect({ secret }), String(secret)])
      expect(text).not.toContain("a/b");
    expect(secret.reveal()).toBe("12:a/b+c=");
  });

  it.each([
    ["https://api.telegram.org/bot12:a/b+c=/getMe", "https://api.telegram.org/bot***/getMe"],
    ["twice 12:a/b+c= 12:a/b+c=", "twice *** ***"],
    ["12%3Aa%2Fb%2Bc%3D", "***"],
    ["GET https://h/b/k.jpg?X-Amz-Date=1&X-Amz-Signature=ff failed", "GET https://h/b/k.jpg?*** failed"],
    ['{"url":"https://h/k?x=1&X-Amz-Credential=c"}', '{"url":"https://h/k?***"}'],
    ["nothing of it ?", "nothing of it ?"],
  ])("are taken out of %s", (text, clean) => {
    expect(redactor([secret, new Secret("")])(text)).toBe(clean);
  });
});

describe("reasons", () => {
  it.each(Object.keys(REASONS) as Reason[])("%s makes a failure of its class, with a next step", (reason) => {
    expect(failure(reason, "text")).toEqual({ class: REASONS[reason].class, reason, message: "text" });
    expect(nextStep(reason)).toMatch(/^[^\n]{10,200}$/);
    expect(reason).toMatch(/^[a-z0-9_]+$/);
  });

  it("are not both a failure and a skip, and only those of media are permanent, but for a URL that could not be fetched", () => {
    expect(Object.keys(SKIP_REASONS).filter((reason) => reason in REASONS)).toEqual([]);
    const reasons = Object.keys(REASONS) as Reason[];
    const ofMedia = reasons.filter((reason) => REASONS[reason].class === "media");
    const permanent = reasons.filter((reason) => isPermanent(failure(reason, "")));
    expect(permanent).toEqual(ofMedia.filter((reason) => reason !== "url_fetch_failed"));
  });

  it("can pass by themselves only where neither the object nor the manifest is wrong, and nothing may have been posted", () => {
    const classes = new Set(Object.values(REASONS).map((info) => info.class));
    const lasting = [...classes].filter((failureClass) => !PASSING_CLASSES.includes(failureClass));
    expect(lasting.sort()).toEqual(["config", "in_doubt", "media", "object"]);
  });

  it("travel in errors that streams throw", () => {
    const cause = failure("r2_interrupted", "cut");
    expect(carriedFailure(Object.assign(new Error("x"), { failure: cause }))).toBe(cause);
    expect([carriedFailure(new Error("x")), carriedFailure("x")]).toEqual([null, null]);
  });
});

describe("contents", () => {
  it.each([
    ['"abc"', "abc"],
    ['W/"abc"', "abc"],
    ["abc-2", "abc-2"],
  ])("the ETag %s is compared as %s", (etag, bare) => {
    expect(bareEtag(etag)).toBe(bare);
  });

  it.each([
    [' "ABC" ', "ABC"],
    ['W/"abc"', "W/abc"],
    ["w/abc", "W/abc"],
    ['W/""', ""],
    ["", ""],
  ])("the ETag %s is kept as %j", (etag, kept) => {
    expect([readEtag(etag), readEtag(readEtag(etag))]).toEqual([kept, kept]);
  });

  it.each([
    ["0123456789abcdef0123456789ABCDEF", true],
    ["0123456789abcdef0123456789abcdef-12", true],
    ["0123456789abcdef0123456789abcdef-0", false],
    ["0123456789abcdef0123456789abcdef-x", false],
    ["W/0123456789abcdef0123456789abcdef", false],
    ["00000000000000000000000000000000", false],
    ["00000000000000000000000000000000-1", false],
    ["67c8f1a2-1f4", false],
    ["da39a3ee5e6b4b0d3255bfef95601890afd80709", false],
    ["", false],
  ])("the ETag %s names content: %s", (etag, names) => {
    expect(namesContent(etag)).toBe(names);
  });

  it("are named by size and ETag while their hash is not known, and by the key where the ETag names none", () => {
    const md5 = etagOf("x");
    const ids = [md5, asMarker(md5), "e", ""].map((etag) => provisionalId({ key: "k", etag, bytes: 3 }));
    expect(ids).toEqual([`etag:${md5}:3`, `key:${md5}:3:k`, "key:e:3:k", "key::3:k"]);
    expect([...ids, "ff".repeat(32)].map(isProvisional)).toEqual([true, true, true, true, false]);
  });
});

describe("a clock", () => {
  it("runs faster by its scale, and comes back to the wall", () => {
    const clock = systemClock(1_000);
    const outer = performance.now();
    const [from, inner] = [clock.now(), performance.now()];
    const [innerEnd, to] = [performance.now(), clock.now()];
    expect(to - from).toBeGreaterThanOrEqual((innerEnd - inner) * 1_000);
    expect(to - from).toBeLessThanOrEqual((performance.now() - outer) * 1_000);
    const still = { ...clock, now: () => 5_000, wall: () => 1_700_000_000_000 };
    const in10Seconds = still.wall() + 10_000;
    expect(fromWall(still, in10Seconds)).toBe(5_000 + 10_000_000);
    expect(toWall(still, fromWall(still, in10Seconds))).toBe(in10Seconds);
    expect(() => systemClock(0)).toThrow(RangeError);
  });

  it("wakes at once on abort, and does not take a sleep too long for a timer for none", async () => {
    const stop = new AbortController();
    let awake = false;
    const sleeping = systemClock()
      .sleep(Number.POSITIVE_INFINITY, stop.signal)
      .then(() => {
        awake = true;
      });
    await new Promise(setImmediate);
    expect(awake).toBe(false);
    stop.abort();
    await sleeping;
    await systemClock().sleep(1e9, stop.signal);
    expect(awake).toBe(true);
  });
});

describe("events", () => {
  it("reach all listeners in order, and a listener that throws stops nothing", () => {
    const errors: unknown[] = [];
    const heard: string[] = [];
    const events = new Emitter((error) => errors.push(error));
    events.on("notice", ({ text }) => heard.push(`first ${text}`));
    events.on("notice", () => {
      throw new Error("broken");
    });
    events.on("notice", ({ text }) => heard.push(`last ${text}`));
    events.emit("notice", { level: "info", text: "x" });
    events.emit("active", { count: 1 });
    expect(heard).toEqual(["first x", "last x"]);
    expect(errors).toEqual([new Error("broken")]);
  });
});
