import { statfsSync } from "node:fs";
import { dirname } from "node:path";

/** Where a file lies, as far as that matters to SQLite. */
export interface FileSystemKind {
  /** As users know it. */
  readonly name: string;
  /** `fuse`: served by a program, which decides what locks and shared memory are worth. */
  readonly kind: "network" | "fuse";
}

/**
 * Magic numbers of statfs(2) on Linux (linux/magic.h and the file systems' own sources) of what lies on another machine, or on
 * the host of a virtual one. FUSE also carries virtiofs, sshfs, and the folders that Docker Desktop shares with containers.
 */
const LINUX: Readonly<Record<number, readonly [name: string, kind: FileSystemKind["kind"]]>> = {
  26985: ["NFS", "network"],
  20859: ["SMB", "network"],
  4283649346: ["CIFS", "network"],
  4266872130: ["SMB2", "network"],
  16914839: ["9p", "network"],
  1397113167: ["AFS", "network"],
  1799439955: ["AFS", "network"],
  12805120: ["Ceph", "network"],
  1937076805: ["Coda", "network"],
  22092: ["NCP", "network"],
  198183888: ["Lustre", "network"],
  1196443219: ["GPFS", "network"],
  428016422: ["BeeGFS", "network"],
  18225520: ["GFS2", "network"],
  1952539503: ["OCFS2", "network"],
  2866260714: ["PanFS", "network"],
  2020557398: ["a shared folder of VirtualBox", "network"],
  3133910204: ["a shared folder of VMware", "network"],
  2088527475: ["a shared folder of Parallels", "network"],
  1702057286: ["FUSE", "fuse"],
};

/**
 * Returns what kind of file system a file lies on; null for a local one, or where that cannot be told. `type` is what statfs(2)
 * says, `path` the real path: on Windows, where statfs says 0 for all, a share begins with `\\`.
 */
export function fileSystemKind(type: number, path: string, platform: NodeJS.Platform): FileSystemKind | null {
  if (platform === "win32")
    return /^\\\\(?![?.]\\(?!UNC\\))/i.test(path) ? { name: "a network share", kind: "network" } : null;
  const known = platform === "linux" ? LINUX[type >>> 0] : undefined;
  return known ? { name: known[0], kind: known[1] } : null;
}

/** Whether a local file system can be told from others on this platform. */
export function tellsLocal(platform: NodeJS.Platform): boolean {
  return platform === "linux";
}

/** What to say of a ledger in such a place, in a line with what to do. */
export function caution(place: string, { name, kind }: FileSystemKind): string {
  return kind === "network"
    ? `${place} lies on ${name}, where SQLite's write-ahead log and locks do not work between machines; keep it on a disk of this one (--ledger)`
    : `${place} lies on a ${name} file system, which may not keep SQLite's locks and write-ahead log; keep it on a disk of this machine, in a container on a named volume instead of a folder of the host (--ledger)`;
}

/** What this file lies on, by the system; null for a local disk, or where that cannot be told. */
export function kindOfFile(file: string): FileSystemKind | null {
  try {
    return fileSystemKind(statfsSync(dirname(file)).type, file, process.platform);
  } catch {
    return null;
  }
}
