import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TemporaryFolder {
  readonly path: string;
  /** Removes it with all that lies in it; safe to call twice. */
  remove(): void;
}

/** A folder of our own for ledgers that nobody shall keep; it goes at the latest when this process exits. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `prewarm-bench-${process.pid}-`));
  const clear = () => rmSync(path, { recursive: true, force: true });
  process.once("exit", clear);
  const remove = () => {
    process.off("exit", clear);
    clear();
  };
  return { path, remove };
}
