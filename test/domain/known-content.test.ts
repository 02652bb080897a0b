import { expect, it } from "vitest";
import { whyNotSent } from "../../src/domain/known-content.ts";

const ID = { fileId: "x" };
const KNOWN = { type: "known", stored: ID };
const IN_DOUBT = { type: "in_doubt" };

it.each([
  [null, false, null, null],
  [ID, false, null, KNOWN],
  [ID, false, "always", KNOWN],
  [ID, true, null, null],
  ["in_doubt", false, null, IN_DOUBT],
  ["in_doubt", false, "looked_for", IN_DOUBT],
  ["in_doubt", false, "always", null],
  ["in_doubt", true, null, null],
  ["looked_for", false, null, IN_DOUBT],
  ["looked_for", false, "looked_for", null],
  ["looked_for", false, "always", null],
] as const)(
  "of %j, known all the same: %s, in doubt all the same: %s, it says %j",
  (found, evenIfKnown, evenInDoubt, says) => {
    expect(whyNotSent(found, { evenIfKnown, evenInDoubt })).toEqual(says);
  },
);
