import { accessSync, constants, readFileSync, realpathSync, statfsSync } from "node:fs";
import { connect, createServer } from "node:net";
import { errorCode } from "../domain/error-code.ts";
import type { Host } from "./context.ts";

const CONNECT_MS = 2_000;

/** This machine and this process. */
export function thisHost(nativeProblem: Host["nativeProblem"] = () => null): Host {
  return {
    node: process.versions.node,
    platform: process.platform,
    nativeProblem,
    openFiles,
    fileSystem,
    mayWrite,
    connects,
    portFree,
  };
}

/** Node raises its soft limit to the hard one when it starts, so this is what there is. */
function openFiles(): number | null {
  try {
    const most = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return most === undefined ? null : Number(most);
  } catch {
    return null;
  }
}

function fileSystem(folder: string): { type: number; freeBytes: number; path: string } | null {
  try {
    const { type, bavail, bsize } = statfsSync(folder);
    return { type, freeBytes: bavail * bsize, path: realpathSync.native(folder) };
  } catch {
    return null;
  }
}

/** Windows answers for the read-only attribute alone. */
function mayWrite(path: string): ReturnType<Host["mayWrite"]> {
  if (process.platform === "win32") return undefined;
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    return errorCode(error) === "EROFS" ? "read-only" : false;
  }
}

function connects(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({
      host: host.replace(/^\[|\]$/g, ""),
      port,
      timeout: CONNECT_MS,
      autoSelectFamilyAttemptTimeout: CONNECT_MS / 2,
    });
    const done = (code: string | null) => {
      socket.destroy();
      resolve(code);
    };
    socket.once("connect", () => done(null));
    socket.once("timeout", () => done("ETIMEDOUT"));
    socket.once("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.name));
  });
}

function portFree(port: number): ReturnType<Host["portFree"]> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(errorCode(error) === "EACCES" ? "reserved" : false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
