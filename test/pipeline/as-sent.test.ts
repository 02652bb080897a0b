import { expect, it } from "vitest";
import { asSent, otherDocument, type SentMedium } from "../../src/pipeline/as-sent.ts";
import type { SendAnswer, SentTold } from "../../src/telegram/port.ts";

const TAG = "abcdefghij";
const MEDIUM: SentMedium = { key: "a.pdf", kind: "document", tag: TAG, bytes: 100, transfer: "upload" };

const times = { started: 0, bodyEnd: 1, ended: 2 };
const answered = (more: Partial<SentTold>): SendAnswer => ({
  ok: true,
  times,
  value: {
    chatId: "-1",
    messageId: 7,
    kind: "document",
    fileId: "file",
    fileUniqueId: null,
    width: null,
    height: null,
    duration: null,
    mime: null,
    ...more,
  },
});

it.each<[string, Partial<SentTold>, Partial<SentMedium>]>([
  ["tells the tag and the size of a document", { caption: TAG, bytes: 100 }, {}],
  ["tells neither", {}, {}],
  ["tells the size of a photo, which Telegram makes anew", { kind: "photo", bytes: 3 }, { kind: "photo" }],
  ["tells the size of what came back as a document", { bytes: 3 }, { kind: "photo" }],
  ["tells another size of what we uploaded, under our tag", { caption: TAG, bytes: 99 }, {}],
  ["tells another size and no tag", { bytes: 99 }, { transfer: "url" }],
  ["has a caption where none was sent", { caption: "else", bytes: 100 }, { tag: null }],
])("is believed where it %s", (_, posted, medium) => {
  const answer = answered(posted);
  expect(asSent({ ...MEDIUM, ...medium }, answer)).toBe(answer);
});

it.each<[string, Partial<SentTold>, Partial<SentMedium>, string]>([
  ["another tag", { caption: "klmnopqrst", bytes: 100 }, {}, "bad_answer"],
  ["another size where no tag was sent", { bytes: 99 }, { tag: null }, "bad_answer"],
  ["our tag and another size by URL", { caption: TAG, bytes: 99 }, { transfer: "url" }, "object_changed"],
])("with %s has no id that is kept", (_, posted, medium, reason) => {
  expect(asSent({ ...MEDIUM, ...medium }, answered(posted))).toMatchObject({
    ok: false,
    times,
    failure: { reason, message: expect.stringContaining("message 7 in -1") },
  });
});

it.each<
  [string, Partial<SentTold>, Partial<SentMedium> & { content?: string; bytes?: number | null }, boolean]
>([
  ["the size that it had", { bytes: 100 }, {}, false],
  ["another size", { bytes: 99 }, {}, true],
  ["another size of content that we have read", { bytes: 99 }, { content: "a".repeat(64) }, false],
  ["no size", {}, {}, false],
  ["a size, where none was known", { bytes: 99 }, { bytes: null } as never, false],
  ["another size of a photo", { kind: "photo", bytes: 99 }, { kind: "photo" }, false],
])("a document that was found with %s", (_, seen, call, isOther) => {
  const lost = { key: "a.pdf", kind: "document", content: "etag:x:100", bytes: 100, ...call } as const;
  const found = answered(seen);
  if (!found.ok) throw new Error("no answer");
  expect(otherDocument(lost, found.value) !== null).toBe(isOther);
});

it("leaves a failure as it is", () => {
  const failed: SendAnswer = {
    ok: false,
    times,
    failure: { class: "flood", reason: "flood_wait", message: "wait" },
  };
  expect(asSent(MEDIUM, failed)).toBe(failed);
});
