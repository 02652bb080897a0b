import type { SpooledBytes } from "./spool.ts";

/** The most bytes of all parameters that are not files (TD HttpReader: 1 MiB). */
export const PARAMETER_BYTES = 1 << 20;

/** One file part of a multipart body. */
export interface UploadedFile {
  /** As in the part, without folders. */
  readonly name: string;
  readonly blob: SpooledBytes;
}

/** The parameters of a call, from body and query. */
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

  /** Returns a whole number that is not negative; null for anything else. */
  number(name: string): number | null {
    const text = this.#texts.get(name)?.trim() ?? "";
    return /^\d+$/.test(text) ? Number(text) : null;
  }

  /** True for `true` and `1`, as in the API. */
  flag(name: string): boolean {
    return ["true", "1"].includes(this.#texts.get(name)?.toLowerCase() ?? "");
  }

  /** Returns the file of this name, or the part that `attach://` points to. */
  file(name: string): UploadedFile | null {
    const direct = this.#files.get(name);
    if (direct) return direct;
    const text = this.#texts.get(name);
    return text?.startsWith("attach://") ? (this.#files.get(text.slice("attach://".length)) ?? null) : null;
  }

  /** Returns the files with other texts. */
  with(texts: ReadonlyMap<string, string>): Fields {
    return new Fields(texts, this.#files);
  }

  /** Returns all texts but those of these names. */
  textsBut(...names: readonly string[]): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#texts].filter(([name]) => !names.includes(name)));
  }

  get files(): readonly UploadedFile[] {
    return [...this.#files.values()];
  }
}
