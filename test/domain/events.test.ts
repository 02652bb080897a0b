import { describe, expect, it } from "vitest";
import { Emitter } from "../../src/domain/events.ts";

const BUG = new Error("a bug in a screen");
const EVENT = { full: true, depth: 1, capacity: 1 };

/** An emitter with two listeners, of which the first one does this. */
function emitterWith(first: () => unknown, onError?: (error: unknown) => void) {
  const heard: string[] = [];
  const events = new Emitter(onError)
    .on("room", () => first() as undefined)
    .on("room", () => {
      heard.push("room");
    })
    .on("notice", ({ level, text }) => {
      heard.push(`${level}: ${text}`);
    });
  return { events, heard };
}

const NOTICE = `warn: unexpected error in what tells of this, which goes on; please report it: ${BUG}`;

describe("a listener that fails", () => {
  it.each<[how: string, fail: () => unknown]>([
    [
      "throws",
      () => {
        throw BUG;
      },
    ],
    ["rejects", () => Promise.reject(BUG)],
  ])("and %s keeps nothing from the others, who are told of it once", async (_, fail) => {
    const { events, heard } = emitterWith(fail);
    for (let time = 0; time < 3; time++) events.emit("room", EVENT);
    await new Promise(setImmediate);
    expect(heard.toSorted()).toEqual(["room", "room", "room", NOTICE]);
  });

  it("is told each time to whoever asks for it", async () => {
    const errors: unknown[] = [];
    const { events, heard } = emitterWith(
      () => Promise.reject(BUG),
      (error) => errors.push(error),
    );
    events.emit("room", EVENT);
    events.emit("room", EVENT);
    await new Promise(setImmediate);
    expect([errors, heard]).toEqual([
      [BUG, BUG],
      ["room", "room"],
    ]);
  });

  it("ends nothing where it is the one that tells", () => {
    const events = new Emitter().on("notice", () => {
      throw BUG;
    });
    events.emit("notice", { level: "info", text: "a" });
  });
});
