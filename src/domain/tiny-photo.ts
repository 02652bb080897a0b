import { crc32, deflateSync } from "node:zlib";

/** Of the square, large enough for Telegram to take it as a photo. */
const SIDE = 64;

/** The bytes of a small PNG (w3.org/TR/png) in shades of grey, made here so that a probe needs no file; each seed makes another one. */
export function tinyPhoto(seed = 0): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  // 8 bits a sample, greyscale; the other three bytes are 0.
  header[8] = 8;
  const rows = Buffer.alloc(SIDE * (SIDE + 1), 0x80);
  rows.writeUInt32BE(seed >>> 0, 1);
  // Each row begins with its filter: none.
  for (let row = 0; row < SIDE; row++) rows[row * (SIDE + 1)] = 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
