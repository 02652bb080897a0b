/** Makes `dist` of `src`: `npm run build`. */
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { bundle } from "./bundle.mjs";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const src = join(root, "src");

rmSync(dist, { recursive: true, force: true });
compile();
cpSync(src, dist, { recursive: true, force: false, errorOnExist: true, filter: isNoSource });
await bundle(dist);

/** Ends the build with tsc's exit code where it finds an error, which tsc has printed. */
function compile() {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  try {
    execFileSync(process.execPath, [tsc, "-p", src], { stdio: "inherit" });
  } catch (error) {
    if (typeof error.status !== "number") throw error;
    process.exit(error.status);
  }
}

/** Pages, their styles and their scripts are read as they are. */
function isNoSource(path) {
  return !/[.](c?ts|json|md)$/.test(path);
}
