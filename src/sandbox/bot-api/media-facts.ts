import { LIMITS } from "../../domain/limits.ts";
import { gifSeconds, type ImageHeader, imageHeader } from "./image-header.ts";
import type { SpooledBytes, StoredContent } from "./spool.ts";

/** What Telegram's servers find out by inspecting a file. */
export interface MediaFacts {
  readonly image: ImageHeader | null;
  /** Ogg with an Opus stream. */
  readonly opus: boolean;
  /** Null when it is not a media file, or a video too large to be inspected, or where mediabunny is not installed. */
  readonly tracks: Tracks | null;
}

/** Video and audio of a media file. */
export interface Tracks {
  readonly video: boolean;
  readonly audio: boolean;
  readonly width: number;
  readonly height: number;
  /** Seconds. */
  readonly duration: number;
}

const REMEMBERED = 5_000;

/** Inspects files; equal content is inspected once. */
export class MediaReader {
  readonly #tracksBySha = new Map<string, Promise<Tracks | null>>();

  /** Returns the facts about a file of type `mime`. Never rejects: a file that cannot be read has no tracks. */
  async read(blob: SpooledBytes, mime: string | null): Promise<MediaFacts> {
    const image = imageHeader(blob.head);
    const opus = blob.head.subarray(0, 4).equals(OGG) && blob.head.subarray(0, 512).includes("OpusHead");
    if (image?.format === "gif") return { image, opus, tracks: gifTracks(image, blob) };
    return { image, opus, tracks: await this.#tracks(blob, mime) };
  }

  #tracks(blob: SpooledBytes, mime: string | null): Promise<Tracks | null> {
    const { content, bytes, sha256 } = blob;
    const video = mime?.startsWith("video/") ?? false;
    if (content === null || (!video && !mime?.startsWith("audio/"))) return Promise.resolve(null);
    if (video && bytes > LIMITS.videoProbeBytes) return Promise.resolve(null);
    const known = this.#tracksBySha.get(sha256);
    if (known) return known;
    const tracks = tracksOf(content);
    if (this.#tracksBySha.size >= REMEMBERED) this.#tracksBySha.clear();
    this.#tracksBySha.set(sha256, tracks);
    return tracks;
  }
}

const OGG = Buffer.from("OggS");

/** A GIF becomes a silent MP4 of the same size. */
function gifTracks({ width, height }: ImageHeader, { head, content }: SpooledBytes): Tracks {
  const bytes = content?.type === "memory" ? content.data : head;
  return { video: true, audio: false, width, height, duration: gifSeconds(bytes) };
}

async function tracksOf(content: StoredContent): Promise<Tracks | null> {
  const library = await import("mediabunny").catch(() => null);
  if (library === null) return null;
  const { ALL_FORMATS, BufferSource, FilePathSource, Input } = library;
  const source =
    content.type === "memory" ? new BufferSource(content.data) : new FilePathSource(content.path);
  const input = new Input({ source, formats: ALL_FORMATS });
  try {
    const [video, audio] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
    return {
      video: video !== null,
      audio: audio !== null,
      width: (await video?.getDisplayWidth()) ?? 0,
      height: (await video?.getDisplayHeight()) ?? 0,
      duration: (await input.getDurationFromMetadata()) ?? (await input.computeDuration()),
    };
  } catch {
    return null;
  } finally {
    input.dispose();
  }
}
