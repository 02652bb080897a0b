import { describe, expect, it } from "vitest";
import { readPageXml } from "../../src/storage/page-xml.ts";
import type { Storage } from "../../src/storage/port.ts";
import { heldBytes } from "../helpers/memory.ts";
import { bucketAt } from "./tiny-server.ts";

const OBJECT =
  "<Contents><Key>a%20b</Key><LastModified>2025-01-02T03:04:05.678Z</LastModified><ETag>&quot;e-1&quot;</ETag><Size>7</Size><Owner><ID>me</ID></Owner><StorageClass>STANDARD</StorageClass></Contents>";
const PAGE = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Name>media</Name><Prefix></Prefix><MaxKeys>1000</MaxKeys><KeyCount>1</KeyCount>
  <EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
  ${OBJECT}
  <NextContinuationToken>a&amp;b&lt;c&gt;</NextContinuationToken>
</ListBucketResult>`;

/** The page with one piece of its text changed. */
const having = (from: string, to: string) => {
  expect(PAGE).toContain(from);
  return PAGE.replace(from, to);
};

describe("a page of a listing", () => {
  it("is read as it says", () => {
    expect(readPageXml(PAGE)).toEqual({
      Name: "media",
      KeyCount: 1,
      IsTruncated: true,
      NextContinuationToken: "a&b<c>",
      EncodingType: "url",
      Contents: [
        { Key: "a%20b", Size: 7, ETag: '"e-1"', LastModified: new Date(Date.UTC(2025, 0, 2, 3, 4, 5, 678)) },
      ],
    });
  });

  it.each([
    ["no page", "<Error><Code>InternalError</Code></Error>"],
    ["a page that breaks off", PAGE.slice(0, -30)],
    ["something behind it", `${PAGE}<Error/>`],
    ["an object that breaks off", having("</Contents>", "")],
    ["an empty object", having(OBJECT, "<Contents/>")],
    ["a comment", having(OBJECT, `<!-- one --> ${OBJECT}`)],
    ["CDATA", having("a%20b", "<![CDATA[a]]>")],
    ["an attribute", having("<Key>", '<Key xml:space="preserve">')],
    ["an empty tag", having("<Size>7</Size>", "<Size/>")],
    ["an empty size", having("<Size>7</Size>", "<Size></Size>")],
    ["a size that is none", having("<Size>7</Size>", "<Size>7.5</Size>")],
    ["a time that is none", having("2025-01-02T", "2025-13-02T")],
    ["a time in another form", having("2025-01-02T03:04:05.678Z", "Thu, 02 Jan 2025 03:04:05 GMT")],
    ["a truth that is none", having("<IsTruncated>true", "<IsTruncated>yes")],
    ["a character by a number that is none", having("a%20b", "a&#3x8;b")],
    ["a character that XML does not have", having("a%20b", "a&#1;b")],
    ["half a character", having("a%20b", "a&#xD83C;b")],
    ["a character behind the last one", having("a%20b", "a&#1114112;b")],
    ["an entity that nobody knows", having("a%20b", "a&nbsp;b")],
    ["an entity that is called as a member of every object", having("a%20b", "a&constructor;b")],
    ["its end in it", having(OBJECT, `</ListBucketResult>${OBJECT}`)],
    ["an ampersand", having("a%20b", "a&b")],
    ["two keys", having("<Key>", "<Key>b</Key><Key>")],
    ["a tag within a key", having("a%20b", "a<b>b</b>")],
    ["line ends that XML changes", having("  <Name>", "\r\n  <Name>")],
  ])("is left to the SDK where it has %s", (_, page) => {
    expect(readPageXml(page)).toBeNull();
  });

  it.each([
    ["&#34;&#39;&#38;&#60;", "\"'&<"],
    ["&#x26;&#XA9;", null],
    ["&#x26;&#xa9;&#xA;", "&©\n"],
    ["&#127916;&#x1f3ac;", "🎬🎬"],
  ])("has %s in it read as the characters of these numbers", (text, read) => {
    expect(readPageXml(having("a%20b", text))?.Contents[0]?.Key ?? null).toBe(read);
  });

  it("is not held by a key and an ETag that are kept of it", () => {
    const name = "k".repeat(40);
    const object = OBJECT.replace("a%20b", name).replace(/&quot;/g, name);
    const page = having(OBJECT, `${object}<Padding>${"x".repeat(1_000_000)}</Padding>`);
    const before = heldBytes();
    const kept = Array.from({ length: 60 }, () => readPageXml(Buffer.from(page).toString())?.Contents[0]);
    expect(heldBytes() - before).toBeLessThan(20e6);
    expect(kept.filter((one) => one?.Key === name && one.ETag === `${name}e-1${name}`)).toHaveLength(60);
  });

  it("is the same to whoever lists, also where the SDK has to read it", async () => {
    const sizes = ["", "<Size>7</Size>", "<Size>0</Size>"];
    const keys = ["a%20b", "a+b", "%C3%BC", "100%", "a&amp;b&lt;c&gt;", " lead", "1e5", "true"];
    const objects = keys.flatMap((key) =>
      sizes.map((size) => OBJECT.replace("a%20b", key).replace("<Size>7</Size>", size)),
    );
    for (const encoding of ["<EncodingType>url</EncodingType>", ""]) {
      const page = having("<EncodingType>url</EncodingType>", encoding)
        .replace("<IsTruncated>true", "<IsTruncated>false")
        .replace(OBJECT, objects.join(""));
      expect(readPageXml(page)?.Contents).toHaveLength(objects.length);
      expect(await listed(page)).toEqual(await listed(page.replace("<Name>", "<!-- for the SDK --><Name>")));
    }
  });
});

async function listed(page: string): Promise<unknown> {
  const { storage } = await bucketAt((_, response) => {
    response.writeHead(200, { "content-type": "application/xml" });
    response.end(page);
  });
  return pagesOf(storage);
}

async function pagesOf(storage: Storage): Promise<unknown[]> {
  const pages: unknown[] = [];
  for await (const page of storage.list("")) pages.push(page);
  return pages;
}
