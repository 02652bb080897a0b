import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { MediaKind } from "../domain/media.ts";
import { ok } from "../domain/result.ts";
import { tinyPhoto } from "../domain/tiny-photo.ts";
import type { UploadSource } from "../telegram/port.ts";

/** Samples that come with prewarm, a few kilobytes each. */
const SAMPLES: Readonly<Record<Exclude<MediaKind, "photo">, string>> = {
  video: "clips/intro.mp4",
  animation: "gifs/loading.gif",
  audio: "music/interlude.mp3",
  voice: "voice/welcome.ogg",
  document: "docs/terms.pdf",
};

/** The media that a probe posts: small, and no two photos alike. */
export class ProbeMedia {
  readonly #folder: string;
  #seed: number;

  /** `folder` holds the sample media; `seed` makes its photos differ from those of other probes. */
  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.#seed = seed;
  }

  /** A small photo that was not posted before. */
  photo(): UploadSource {
    this.#seed += 1;
    return uploadOf(tinyPhoto(this.#seed), `probe-${this.#seed >>> 0}.png`);
  }

  photos(count: number): UploadSource[] {
    return Array.from({ length: count }, () => this.photo());
  }

  /** A small file of this kind. */
  async sample(kind: MediaKind): Promise<UploadSource> {
    if (kind === "photo") return this.photo();
    const name = SAMPLES[kind];
    return uploadOf(await readFile(join(this.#folder, name)), name.slice(name.lastIndexOf("/") + 1));
  }

  /** A photo that is none, which Telegram refuses. */
  broken(): UploadSource {
    return uploadOf(Buffer.from("this is no picture"), "broken.png");
  }

  /** A document of so many bytes. */
  document(bytes: number): UploadSource {
    return uploadOf(Buffer.alloc(bytes), `probe-${bytes}.bin`);
  }
}

function uploadOf(bytes: Uint8Array, filename: string): UploadSource {
  return { open: async () => ok(bytes), bytes: bytes.byteLength, filename };
}
