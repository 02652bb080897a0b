import { expect, it } from "vitest";
import { OwnAnswers } from "../../src/pipeline/own-answers.ts";
import type { SendAnswer } from "../../src/telegram/port.ts";

const times = { started: 0, bodyEnd: 1, ended: 2 };
const posted = (messageId: number, chatId = "-1"): SendAnswer => ({
  ok: true,
  times,
  value: {
    chatId,
    messageId,
    kind: "photo",
    fileId: `file-${messageId}`,
    fileUniqueId: null,
    width: null,
    height: null,
    duration: null,
    mime: null,
  },
});

it("doubts an answer that another call was given before", () => {
  const answers = new OwnAnswers();
  const [first, other, elsewhere] = [posted(7), posted(8), posted(7, "-2")];
  expect(answers.check(first)).toBe(first);
  expect(answers.check(other)).toBe(other);
  expect(answers.check(elsewhere)).toBe(elsewhere);
  const ofAnotherBot = posted(8, "-2");
  expect(answers.check(ofAnotherBot)).toBe(ofAnotherBot);
  expect(answers.check(posted(7))).toMatchObject({ ok: false, times, failure: { class: "in_doubt" } });
});

it("remembers the last 4,096 posts, and not all", () => {
  const answers = new OwnAnswers();
  for (let message = 1; message <= 8_192; message++) answers.check(posted(message));
  expect(answers.check(posted(4_097)).ok).toBe(false);
  expect(answers.check(posted(1)).ok).toBe(true);
});
