import { expect, it } from "vitest";
import { textOf } from "../../src/domain/text-encoding.ts";
import { bytesToAppend, newLines } from "../../src/init/env-lines.ts";

const LINES = ["R2_BUCKET=media", "WARMUP_CHAT_ID=-100"];
const ADDED = "R2_BUCKET=media\nWARMUP_CHAT_ID=-100\n";
const MARK = Buffer.from("\ufeff", "utf16le");
const utf16 = (text: string) => Buffer.concat([MARK, Buffer.from(text, "utf16le")]);

it.each([
  ["no file", null, ADDED],
  ["an empty file", Buffer.from(""), ADDED],
  ["a last line that ends", Buffer.from("A=1\n"), `A=1\n${ADDED}`],
  ["a last line that does not end", Buffer.from("A=1"), `A=1\n${ADDED}`],
  ["UTF-16 of Windows", utf16("A=1\r\n"), `A=1\n${ADDED}`],
  ["UTF-16 with the larger byte first", utf16("A=1").swap16(), `A=1\n${ADDED}`],
])("lines added to %s are lines of their own, and what was there stays", (_, there, wanted) => {
  const added = bytesToAppend(there && textOf(there), LINES);
  const whole = Buffer.concat([there ?? Buffer.from(""), added]);
  expect(textOf(whole)).toMatchObject({ text: wanted, mixedFromLine: null });
  if (there) expect(whole.subarray(0, there.length).equals(there)).toBe(true);
});

it("keeps Windows line ends where the file has them", () => {
  expect(bytesToAppend(textOf(Buffer.from("A=1\r\nB=2")), LINES).toString()).toBe(
    "\r\nR2_BUCKET=media\r\nWARMUP_CHAT_ID=-100\r\n",
  );
});

it("writes nothing for what was not answered", () => {
  expect(newLines({ R2_BUCKET: "media", R2_ACCOUNT_ID: undefined, TELEGRAM_BOT_TOKEN: "" })).toEqual([
    "R2_BUCKET=media",
  ]);
});
