/** What the first bytes of an image say. */
export interface ImageHeader {
  readonly format: "jpeg" | "png" | "gif" | "webp";
  readonly width: number;
  readonly height: number;
}

/** Reads width and height from the header of a JPEG, PNG, GIF or WebP; null for anything else, or an incomplete header. */
export function imageHeader(head: Buffer): ImageHeader | null {
  try {
    return png(head) ?? gif(head) ?? webp(head) ?? jpeg(head);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function png(head: Buffer): ImageHeader | null {
  if (head.toString("latin1", 0, 8) !== "\x89PNG\r\n\x1a\n" || head.toString("latin1", 12, 16) !== "IHDR")
    return null;
  return { format: "png", width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
}

function gif(head: Buffer): ImageHeader | null {
  if (!/^GIF8[79]a$/.test(head.toString("latin1", 0, 6))) return null;
  return { format: "gif", width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
}

function webp(head: Buffer): ImageHeader | null {
  if (head.toString("latin1", 0, 4) !== "RIFF" || head.toString("latin1", 8, 12) !== "WEBP") return null;
  const format = "webp";
  switch (head.toString("latin1", 12, 16)) {
    case "VP8X":
      return { format, width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    case "VP8 ":
      return { format, width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    case "VP8L": {
      const bits = head.readUInt32LE(21);
      return { format, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    default:
      return null;
  }
}

/** Walks the segments up to the frame header (SOF0 to SOF15, without the tables DHT, JPG and DAC among them). */
function jpeg(head: Buffer): ImageHeader | null {
  if (head.length < 4 || head.readUInt16BE(0) !== 0xffd8) return null;
  let at = 2;
  while (head.readUInt8(at) === 0xff) {
    const marker = head.readUInt8(at + 1);
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return { format: "jpeg", width: head.readUInt16BE(at + 7), height: head.readUInt16BE(at + 5) };
    at += marker === 0xff ? 1 : 2 + head.readUInt16BE(at + 2);
  }
  return null;
}

/** Returns the duration of a GIF in seconds: the sum of its frames' delays, in the part that was read. */
export function gifSeconds(head: Buffer): number {
  let hundredths = 0;
  for (let at = head.indexOf(GRAPHIC_CONTROL); at >= 0; at = head.indexOf(GRAPHIC_CONTROL, at + 1)) {
    if (at + 6 <= head.length) hundredths += head.readUInt16LE(at + 4);
  }
  return hundredths / 100;
}

const GRAPHIC_CONTROL = Buffer.from([0x21, 0xf9, 0x04]);
