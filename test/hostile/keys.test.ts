import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { startR2Server } from "../../src/sandbox/r2/server.ts";
import { holds } from "../helpers/holds.ts";
import { presign } from "../sandbox/r2/r2-server.ts";
import { bucketOf, CREDENTIALS } from "../transfers/counted-bucket.ts";

const PIECES = [
  ...[
    "..",
    ".",
    "/",
    "//",
    "%",
    "%2F",
    "%00",
    "+",
    " ",
    "&",
    "=",
    "?",
    "#",
    ";",
    "'",
    '"',
    "<",
    ">",
    "\\",
    "&amp;",
  ],
  ...[
    "\r",
    "\n",
    "\t",
    "\u0001",
    "\u001b",
    "\u007f",
    "\u0085",
    "\u2028",
    "e\u0301",
    "\u00e9",
    "\u200d",
    "🎬",
    "ﬁ",
  ],
];

/** Any key of an object: up to 1,024 bytes of UTF-8, in which XML and URLs mean much. */
const key = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "grapheme", maxLength: 4 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join(""))
  .filter((it) => it !== "" && !it.endsWith("/") && Buffer.byteLength(it) <= 1_024);

async function get(url: string): Promise<[status: number | undefined, body: string]> {
  const { origin, host, port, hostname } = new URL(url);
  // The path as it was signed: a parser of URLs would take `..` for the folder above.
  const asked = request({ host: hostname, port, path: url.slice(origin.length), headers: { host } }).end();
  const [answer] = await once(asked, "response");
  return [answer.statusCode, await text(answer)];
}

it("any key is the same from a put to its listing, and its presigned URL leads to it", async () => {
  const server = await startR2Server({ ...CREDENTIALS, buckets: ["media"] });
  onTestFinished(() => server.close());
  const storage = bucketOf(server.url);
  const longest = "ü".repeat(512);
  await holds(
    fc.uniqueArray(key, { minLength: 20, maxLength: 30 }),
    async (drawn) => {
      const keys = [...drawn, longest];
      for (const each of keys) server.put("media", each, Buffer.from(each));
      const listed: string[] = [];
      for await (const page of storage.list("")) {
        if (!page.ok) throw new Error(page.failure.message);
        listed.push(...page.value.map((object) => object.key));
      }
      expect(keys.filter((each) => !listed.includes(each))).toEqual([]);
      for (const each of keys)
        expect([each, ...(await get(storage.presign(each)))]).toEqual([each, 200, each]);
      // The sandbox and we may not agree in a mistake: it has to know what the SDK's own signer signs.
      for (const each of drawn) expect(await get(await presign(server, each))).toEqual([200, each]);
    },
    3,
  );
});
