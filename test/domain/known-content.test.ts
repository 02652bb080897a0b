import { expect, it } from "vitest";
import { whyNotSent } from "../../src/domain/known-content.ts";

const ID = { fileId: "x" };
const KNOWN = { type: "known", stored: ID };
const IN_DOUBT = { type: "in_doubt" };

it.each([
  [null, false, false, null],
  [ID, false, false, KNOWN],
  [ID, false, true, KNOWN],
  [ID, true, false, null],
  ["in_doubt", false, false, IN_DOUBT],
  ["in_doubt", false, true, null],
  ["in_doubt", true, false, null],
] as const)(
  "of %j, known all the same: %s, in doubt all the same: %s, it says %j",
  (found, evenIfKnown, evenInDoubt, says) => {
    expect(whyNotSent(found, { evenIfKnown, evenInDoubt })).toEqual(says);
  },
);
