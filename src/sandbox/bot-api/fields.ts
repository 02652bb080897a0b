import type { Blob } from "./spool.ts";

/** All parameters that are no files together (TD HttpReader: 1 MiB). */
export const PARAMETER_BYTES = 1 << 20;

/** One file part of a multipart body. */
export interface UploadedFile {
  /** As the part names it, without folders. */
  readonly name: string;
  readonly blob: Blob;
}

/** The parameters of a call, wherever they stood. */
export class Fields {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #files: ReadonlyMap<string, UploadedFile>;

  constructor(texts: ReadonlyMap<string, string>, files: ReadonlyMap<string, UploadedFile> = new Map()) {
    this.#texts = texts;
    this.#files = files;
  }

  get(name: string): string | null {
    return this.#texts.get(name) ?? null;
  }

  /** A whole number that is not negative; `null` for anything else. */
  number(name: string): number | null {
    const text = this.#texts.get(name)?.trim() ?? "";
    return /^\d+$/.test(text) ? Number(text) : null;
  }

  /** `true` and `1` as the API reads them. */
  flag(name: string): boolean {
    return ["true", "1"].includes(this.#texts.get(name)?.toLowerCase() ?? "");
  }

  /** The file under this name, or the part that `attach://` there points to. */
  file(name: string): UploadedFile | null {
    const direct = this.#files.get(name);
    if (direct) return direct;
    const text = this.#texts.get(name);
    return text?.startsWith("attach://") ? (this.#files.get(text.slice("attach://".length)) ?? null) : null;
  }

  get files(): readonly UploadedFile[] {
    return [...this.#files.values()];
  }
}
