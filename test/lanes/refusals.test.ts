import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import type { MediaKind } from "../../src/domain/media.ts";
import type { RefusedIn } from "../../src/domain/task.ts";
import type { Lane } from "../../src/lanes/lane.ts";
import type { Judgement } from "../../src/lanes/port.ts";
import { Refusals } from "../../src/lanes/refusals.ts";
import { verdictOn } from "../../src/lanes/verdict.ts";
import { lane } from "./clocked-lanes.ts";

const said = (text: string, code = 400) =>
  failure("refused_unclear", `Telegram said ${code}: ${text}`, { code });

describe("suspecting a lane", () => {
  const scene = () => {
    const refusals = new Refusals();
    const own = lane("default", "-1");
    const passed = (kind: MediaKind) => {
      own.passed.set(kind, (own.passed.get(kind) ?? 0) + 1);
      refusals.passed(own, kind);
    };
    const refused = (
      medium: string,
      text = "ODD",
      more: { kind?: MediaKind; again?: boolean; code?: number; startedAt?: number } = {},
    ) =>
      refusals.note(own, {
        ...{ medium, kind: more.kind ?? "photo", startedAt: more.startedAt ?? 0, again: more.again ?? false },
        failure: said(text, more.code),
      });
    return { refusals, own, passed, refused };
  };

  it("takes two media and one text, numbers in it aside; one medium twice is one", () => {
    const { refused } = scene();
    expect([refused("a", "ODD 1"), refused("a", "ODD 2")]).toEqual([null, null]);
    expect(refused("b", "odd 33")).toMatchObject({
      cause: { class: "chat", reason: "chat_refuses" },
      kinds: null,
    });
  });

  it("takes five media where each has a text of its own", () => {
    const { refused } = scene();
    const all = ["a", "b", "c", "d"].map((name) => refused(name, `${name} IS ODD`));
    expect([all, refused("e", "E IS ODD")]).toMatchObject([[null, null, null, null], { kinds: null }]);
  });

  it("begins anew when something of that kind goes through, and not for another kind", () => {
    const { refused, passed } = scene();
    refused("a");
    passed("photo");
    expect(refused("b")).toBeNull();
    passed("video");
    expect(refused("c")).toMatchObject({ kinds: new Set(["photo"]) });
  });

  it("is not about media that were refused while something of their kind went through, whichever was heard first", () => {
    const { own, passed, refused } = scene();
    own.passedAt.set("photo", 50);
    passed("photo");
    expect(["a", "b"].map((name) => refused(name, "ODD", { startedAt: 40 }))).toEqual([null, null]);
    expect(["c", "d"].map((name) => refused(name, "ODD", { startedAt: 60 }))).toMatchObject([null, {}]);
  });

  it("is not about media that another lane refused too, where their kind goes through", () => {
    const { refused, passed } = scene();
    expect([refused("a", "ODD", { again: true }), refused("b", "ODD", { again: true })]).toMatchObject([
      null,
      {},
    ]);
    passed("photo");
    expect([refused("a", "ODD", { again: true }), refused("b", "ODD", { again: true })]).toEqual([
      null,
      null,
    ]);
  });

  it("is dropped when a medium is found to be at fault itself", () => {
    const { refusals, own, refused } = scene();
    refused("a");
    refused("b");
    expect([refusals.acquit("c"), refusals.acquit("a")]).toEqual([[], [own]]);
  });

  it("of other codes than a refusal's is something in between, which may pass", () => {
    const { refused } = scene();
    refused("a", "Odd", { code: 408 });
    expect(refused("b", "Odd", { code: 408 })).toMatchObject({ cause: { class: "transient" } });
  });
});

describe("judging a medium", () => {
  const at = (chat: string, more: Partial<RefusedIn> = {}): RefusedIn => ({
    ...{ chat, code: 400, message: "ODD", passed: 3, passedOfKind: 1 },
    ...more,
  });
  const open = (chat: string, photos = 1, all = 3) => {
    const made = lane("default", chat);
    made.passed.set("photo", photos);
    made.sent = all;
    return made;
  };
  const closed = (chat: string) => Object.assign(open(chat), { closed: failure("chat_refuses", "") });

  type Case = readonly [string, RefusedIn[], () => Lane[], boolean, Judgement];
  it.each<Case>([
    ["another lane is open", [at("-1")], () => [open("-1"), open("-2")], false, "elsewhere"],
    ["no lane is open", [at("-1")], () => [closed("-1")], false, "nowhere"],
    ["nothing followed yet", [at("-1")], () => [open("-1")], false, "wait"],
    ["its kind went through since", [at("-1")], () => [open("-1", 2, 4)], false, "its own"],
    ["another kind went through since", [at("-1")], () => [open("-1", 1, 4)], false, "wait"],
    ["and nothing else comes", [at("-1")], () => [open("-1", 1, 4)], true, "its own"],
    ["nothing followed, and nothing will", [at("-1")], () => [open("-1")], true, "unclear"],
    ["two lanes refused it", [at("-1"), at("-2")], () => [open("-1"), open("-2")], false, "wait"],
    [
      "two lanes refused it, and nothing else comes",
      [at("-1"), at("-2")],
      () => [open("-1"), open("-2")],
      true,
      "its own",
    ],
    [
      "one of the two closed since",
      [at("-1"), at("-2")],
      () => [closed("-1"), open("-2", 2, 4)],
      false,
      "its own",
    ],
    ["it was no refusal of Telegram's", [at("-1", { code: 405 })], () => [open("-1", 2, 4)], true, "unclear"],
  ])("when %s", (_, refusals, lanes, final, verdict) => {
    expect(verdictOn(refusals, "photo", { lanes: lanes(), final })).toBe(verdict);
  });
});
