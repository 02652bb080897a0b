/** Words that programs store as Content-Encoding although they name no packing: the bytes are the content as it is. */
const NO_PACKING: ReadonlySet<string> = new Set([
  "",
  "identity",
  "none",
  "aws-chunked",
  "utf-8",
  "utf8",
  "us-ascii",
  "binary",
  "base64",
  "7bit",
  "8bit",
]);

/**
 * The packings of a stored Content-Encoding in the order in which they were applied, lower case, as `gzip` or `gzip, br`; `""`
 * when the bytes are the content itself.
 */
export function packingOf(contentEncoding: string): string {
  if (contentEncoding === "") return "";
  return contentEncoding
    .toLowerCase()
    .split(",")
    .map((word) => word.trim().replace(/^x-(gzip|compress)$/, "$1"))
    .filter((word) => !NO_PACKING.has(word))
    .join(", ");
}

const PACKED_NAMES: Readonly<Record<string, string>> = {
  gz: "gzip",
  tgz: "gzip",
  svgz: "gzip",
  emz: "gzip",
  wmz: "gzip",
  br: "br",
  zst: "zstd",
  z: "compress",
};

/** Whether a file of this extension is packed so by its own name: its stored bytes are what people expect under it. */
export function isPackedName(extension: string, packing: string): boolean {
  return packing !== "" && PACKED_NAMES[extension] === packing;
}
