import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { caution, type FileSystemKind, fileSystemKind } from "../../src/ledgers/file-systems.ts";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";

describe("what a ledger lies on", () => {
  it.each([
    [0x6969, "NFS", "network"],
    [0x517b, "SMB", "network"],
    [0xff534d42, "CIFS", "network"],
    [0xff534d42 | 0, "CIFS", "network"],
    [0xfe534d42, "SMB2", "network"],
    [0x01021997, "9p", "network"],
    [0x00c36400, "Ceph", "network"],
    [0x65735546, "FUSE", "fuse"],
  ])("is told by the number of statfs on Linux: %i is %s", (type, name, kind) => {
    expect(fileSystemKind(type, "/data/prewarm.db", "linux")).toEqual({ name, kind });
    // Other systems number otherwise.
    expect(fileSystemKind(type, "/data/prewarm.db", "darwin")).toBeNull();
  });

  it.each([0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630])("is local for %i", (type) => {
    expect(fileSystemKind(type, "/data/prewarm.db", "linux")).toBeNull();
  });

  it("is told by the real path on Windows", () => {
    const kind = (path: string) => fileSystemKind(0, path, "win32")?.kind;
    expect(kind("\\\\nas\\media\\prewarm.db")).toBe("network");
    expect(kind("\\\\?\\UNC\\nas\\media\\prewarm.db")).toBe("network");
    expect(kind("\\\\?\\C:\\data\\prewarm.db")).toBeUndefined();
    expect(kind("C:\\data\\prewarm.db")).toBeUndefined();
  });
});

describe("a ledger in a doubtful place", () => {
  async function cautionFor(kind: FileSystemKind | null) {
    const folder = mkdtempSync(join(tmpdir(), "prewarm-ledger-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "prewarm.db");
    const ledger = await openSqliteLedger({ path, command: "prewarm run", kindOf: () => kind });
    await ledger.close();
    return ledger.caution;
  }

  it("is opened, and says what is doubtful and what to do", async () => {
    const nfs = { name: "NFS", kind: "network" } as const;
    expect(await cautionFor(nfs)).toMatch(
      /prewarm\.db lies on NFS, .*; keep it on a disk of this one \(--ledger\)$/,
    );
    expect(await cautionFor({ name: "FUSE", kind: "fuse" })).toMatch(/FUSE file system, .* a named volume/);
    expect(await cautionFor(null)).toBeNull();
    expect(caution("a.db", nfs)).not.toContain("\n");
  });
});
