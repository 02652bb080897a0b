import { Readable } from "node:stream";
import busboy from "busboy";
import fc from "fast-check";
import { expect, it } from "vitest";
import { MEDIA_KINDS } from "../../src/domain/media.ts";
import { cleanFileName } from "../../src/sandbox/bot-api/file-name.ts";
import { filenameOf } from "../../src/transfers/filename.ts";
import { holds } from "../helpers/holds.ts";
import { botAt, inMemory, madeUp, photo, reply, scriptedServer } from "../telegram/scripted-server.ts";

const PIECES = [
  "..",
  "/",
  "\\",
  '\\"',
  '"',
  ";",
  "; filename=",
  "%",
  "%25",
  "%2F",
  "%zz",
  "%ff",
  "\r\n",
  "\r\n\r\n",
];
const MORE = [
  "--",
  "\u0000",
  "\t",
  "é",
  "e\u0301",
  "🎬",
  "日本",
  "=?utf-8?q?a?=",
  ".jpg",
  ".mp4",
  ".tar.gz",
  " ",
  ".",
];
const name = fc
  .array(fc.oneof(fc.constantFrom(...PIECES, ...MORE), fc.string({ unit: "binary", maxLength: 4 })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((pieces) => pieces.join(""));

const HEAD = /Content-Disposition: form-data; name="(?:document|photo)"; filename="((?:[^"\\]|\\.)*)"\r\n/i;

/**
 * The name as Telegram's server takes it from a part (tdlib/td HttpReader.cpp): a quoted string, in which a backslash makes the sign
 * behind it plain, and then percent-decoded.
 */
function nameByServer(body: Buffer): string {
  const quoted = HEAD.exec(body.toString("latin1"))?.[1] ?? "";
  const plain = Buffer.from(quoted.replace(/\\(.)/gs, "$1"), "latin1").toString();
  return decodeURIComponent(plain);
}

/** A form by another reader, which does not percent-decode: its texts and the names of its files. */
async function readForm(body: Buffer, head: string) {
  const type = /^content-type: (.+)$/im.exec(head)?.[1] ?? "";
  const parser = busboy({ headers: { "content-type": type }, defParamCharset: "utf8", preservePath: true });
  const texts: string[][] = [];
  const names: string[] = [];
  parser.on("field", (name, text) => texts.push([name, text]));
  parser.on("file", (_, stream, { filename }) => {
    names.push(filename ?? "");
    stream.resume();
  });
  const closed = new Promise((resolve, reject) => parser.once("close", resolve).once("error", reject));
  Readable.from([body]).pipe(parser);
  await closed;
  return { texts, names };
}

/** A bot, and what its last call was to the byte. */
async function heardBot() {
  const { url, seen } = await scriptedServer({
    whole: (it) => reply(it, 400, { ok: false, error_code: 400 }),
  });
  const last = () => {
    const { head, body } = seen.at(-1) ?? { head: "", body: [] };
    return { head, body: Buffer.concat(body) };
  };
  return { bot: botAt(url), last };
}

it("a file goes out under the name that it shows, whatever the key and the manifest say, small or as a stream", async () => {
  const { bot, last } = await heardBot();
  const drawn = fc.record({
    key: name,
    named: fc.option(fc.record({ filename: name })),
    kind: fc.constantFrom(...MEDIA_KINDS),
    type: fc.constantFrom("", "image/png", "video/mp4", "application/pdf", "text/html"),
    whole: fc.boolean(),
  });
  await holds(
    drawn,
    async ({ key, named, kind, type, whole }) => {
      const shown = filenameOf({ key, ...named, bytes: 1, etag: "e" }, kind, type);
      expect(cleanFileName(shown)).toBe(shown);
      const media = whole ? inMemory("a", shown) : madeUp(1, shown).source;
      await bot.send(photo({ kind: "document", media }));
      const { head, body } = last();
      expect(nameByServer(body)).toBe(shown);
      expect((await readForm(body, head)).names.map((each) => decodeURIComponent(each))).toEqual([shown]);
    },
    150,
  );
});

it("a form holds no other part than those that were meant, whatever its texts are", async () => {
  const { bot, last } = await heardBot();
  await holds(
    fc.record({ caption: name, whole: fc.boolean() }),
    async ({ caption, whole }) => {
      const media = whole ? inMemory("a", "a.jpg") : madeUp(1, "a.jpg").source;
      await bot.send(photo({ caption, media }));
      const { head, body } = last();
      const chat = [
        ["chat_id", "-1001"],
        ["disable_notification", "true"],
      ];
      expect(await readForm(body, head)).toEqual({
        texts: [...chat, ["caption", caption]],
        names: ["a.jpg"],
      });
    },
    60,
  );
});
