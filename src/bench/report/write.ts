import { appendFileSync, writeFileSync } from "node:fs";

/** A file to be written, or with `append` one to be added to. */
export interface Output {
  readonly flag: string;
  /** Nothing is written without it. */
  readonly path: string | undefined;
  readonly append?: boolean;
  /** Made only when it is written. */
  readonly text: () => string;
}

/** Writes all that can be written; returns one line for each that could not. */
export function writeAll(outputs: readonly Output[]): string[] {
  return outputs.flatMap(({ flag, path, text, append = false }) => {
    if (path === undefined) return [];
    const content = text();
    try {
      if (append) appendFileSync(path, content);
      else writeFileSync(path, content);
      return [];
    } catch (error) {
      return [`${flag} ${path}: not written, ${why(error)}`];
    }
  });
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist; make it first",
  ENOTDIR: "a part of its path is not a folder",
  EACCES: "no permission to write there",
  EPERM: "no permission to write there",
  EROFS: "the file system is read-only",
  EISDIR: "it is a folder",
  ENOSPC: "the disk is full",
};

function why(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return WHY[code] ?? (error instanceof Error ? error.message : String(error));
}
