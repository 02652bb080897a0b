import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPageXml } from "../../src/storage/page-xml.ts";
import type { Storage } from "../../src/storage/port.ts";
import { holds } from "../helpers/holds.ts";
import { bucketAt } from "../storage/tiny-server.ts";

/** What XML 1.0 can say; of other keys a server says the percent-encoded form. */
const SAYABLE = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u;

const PIECES = [
  "&",
  "<",
  ">",
  '"',
  "'",
  "&amp;",
  "]]>",
  "<!--",
  "%2F",
  "%",
  "+",
  " ",
  "  ",
  "\t",
  "\n",
  "\r",
];
const MORE = [
  "/",
  "..",
  "é",
  "e\u0301",
  "\u0085",
  "\u2028",
  "🎬",
  "</Key>",
  "</Contents>",
  "1e5",
  "true",
  "0x1",
];
const key = fc
  .array(fc.oneof(fc.constantFrom(...PIECES, ...MORE), fc.string({ unit: "binary", maxLength: 3 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((pieces) => pieces.join(""))
  .filter((text) => text !== "" && !text.includes("\0"));

/** How a server writes texts: one of the ways that all mean the same. */
const STYLES = ["named", "decimal", "hex", "cdata"] as const;
const style = fc.constantFrom("named", ...STYLES);
type Style = (typeof STYLES)[number];

const NAMED: Readonly<Record<string, string>> = {
  ...{ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" },
};

function written(text: string, how: Style): string {
  if (how === "cdata" && !text.includes("]]>") && !text.includes("\r")) return `<![CDATA[${text}]]>`;
  return text.replace(/[&<>"'\r\u{10000}-\u{10ffff}]/gu, (sign) => {
    const code = sign.codePointAt(0) ?? 0;
    return how === "hex" ? `&#x${code.toString(16)};` : (how === "named" && NAMED[sign]) || `&#${code};`;
  });
}

/** As Amazon encodes keys, or as all others do. */
function encoded(text: string, plus: boolean): string {
  const all = encodeURIComponent(text).replaceAll("%2F", "/");
  return plus ? all.replaceAll("%20", "+") : all;
}

const object = fc.record({
  key,
  size: fc.integer({ min: 1, max: 5e12 }),
  modifiedAt: fc.integer({ min: 0, max: Date.UTC(2040, 0) }),
  etag: fc.stringMatching(/^[0-9a-f]{32}(-[1-9])?$/),
});

const page = fc.record({
  objects: fc.uniqueArray(object, { selector: (each) => each.key, maxLength: 6 }),
  style,
  encoding: fc.constantFrom("url", "url+", "none"),
  order: fc.shuffledSubarray(["Key", "LastModified", "ETag", "Size"], { minLength: 4 }),
  between: fc.constantFrom("", "\n  ", "\t", "<!-- one -->", "<?target some?>"),
  head: fc.constantFrom("", '<?xml version="1.0" encoding="UTF-8"?>', "<?xml version='1.0'?>\n"),
  more: fc.constantFrom(
    "",
    "<Owner><ID>a</ID></Owner><StorageClass>STANDARD</StorageClass>",
    "<New><Key>b</Key></New>",
  ),
});
type Page = typeof page extends fc.Arbitrary<infer Value> ? Value : never;

function xmlOf({ objects, style: how, encoding, order, between, head, more }: Page): string {
  const contents = objects.map(({ key: name, size, modifiedAt, etag }) => {
    const texts: Record<string, string> = {
      Key: encoding === "none" ? name : encoded(name, encoding === "url+"),
      LastModified: new Date(modifiedAt).toISOString(),
      ETag: `"${etag}"`,
      Size: String(size),
    };
    const cells = order.map((cell) => `<${cell}>${written(texts[cell] ?? "", how)}</${cell}>`);
    return `<Contents>${[...cells, more].join(between)}</Contents>`;
  });
  const about = `<Name>media</Name><Prefix/><KeyCount>${objects.length}</KeyCount>${encoding === "none" ? "" : "<EncodingType>url</EncodingType>"}<IsTruncated>false</IsTruncated>`;
  return `${head}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${[about, ...contents].join(between)}</ListBucketResult>`;
}

/** A bucket whose server answers with whatever page is set. */
async function pagedBucket() {
  const set = { page: "" };
  const { storage } = await bucketAt((_, response) => {
    response.writeHead(200, { "content-type": "application/xml" }).end(set.page);
  });
  return { storage, set };
}

async function listed(storage: Storage) {
  const objects = [];
  for await (const one of storage.list("")) {
    if (!one.ok) return one.failure;
    objects.push(...one.value);
  }
  return objects;
}

/** What the SDK, which has to read what is not written plainly, makes something else of: characters by numbers above U+FFFF, and blank texts. */
function isForSdkAlone({ objects, encoding }: Page, xml: string): boolean {
  const isHard = (text: string) => /[\u{10000}-\u{10ffff}]/u.test(text) || text.trim() === "";
  return readPageXml(xml) === null && encoding === "none" && objects.some((it) => isHard(it.key));
}

describe("a listing", () => {
  it("is read as what was written, in whichever of the ways that XML has, or not at all", async () => {
    const { storage, set } = await pagedBucket();
    const counted = { plain: 0, refused: 0 };
    await holds(
      page,
      async (drawn) => {
        const xml = xmlOf(drawn);
        if (drawn.encoding === "none" && !drawn.objects.every((it) => SAYABLE.test(it.key))) return;
        if (isForSdkAlone(drawn, xml)) return;
        set.page = xml;
        const read = await listed(storage);
        if (readPageXml(xml) !== null) counted.plain++;
        // Of blanks between tags the SDK makes the text of what is around them.
        if (drawn.between === "\t" && readPageXml(xml) === null && !Array.isArray(read)) {
          expect(read.message).toMatch(/^127\.0\.0\.1:\d+ answered 200 .*for bucket media$/);
          counted.refused++;
        } else
          expect(read).toEqual(
            drawn.objects.map(({ key, size, etag, modifiedAt }) => ({ key, bytes: size, etag, modifiedAt })),
          );
      },
      150,
    );
    expect(counted.plain).toBeGreaterThan(20);
    expect(counted.refused).toBeGreaterThan(0);
  });

  it("that is cut, or has something else in it, is read as the SDK reads it, or ends in one clear failure", async () => {
    const { storage, set } = await pagedBucket();
    const odd = fc.oneof(
      fc.constantFrom(
        "",
        "<",
        "&",
        "&#0;",
        "&#x110000;",
        "&nbsp;",
        "<Key>",
        "</Contents>",
        "<Contents>",
        "<!--",
        "]]>",
      ),
      fc.string({ unit: "binary", maxLength: 3 }),
    );
    await holds(
      fc.record({ drawn: page, at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(40), odd }),
      async ({ drawn, at, cut, odd }) => {
        const whole = xmlOf({ ...drawn, encoding: "url" });
        const from = Math.floor(at * whole.length);
        set.page = whole.slice(0, from) + odd + whole.slice(from + cut);
        const read = await listed(storage);
        if (!Array.isArray(read)) expect(read.message).toMatch(/^127\.0\.0\.1:\d+ \P{Cc}+$/u);
        else for (const { key } of read) expect(key).not.toBe("");
      },
      60,
    );
  });
});
