import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";

/** An empty folder that is the system's for temporary files while the test runs, so that all that lies in it is its own. */
export function ownTmpdir(): string {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-tmpdir-"));
  vi.stubEnv("TMPDIR", folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
