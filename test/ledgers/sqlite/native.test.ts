import { expect, it } from "vitest";
import { loadProblem, nativeProblem } from "../../../src/ledgers/sqlite/native.ts";

const lacking = (name: string) =>
  Object.assign(new Error(`Cannot find module '${name}'\nRequire stack:\n- /x`), {
    code: "MODULE_NOT_FOUND",
  });
const broken = (message: string) => Object.assign(new Error(message), { code: "ERR_DLOPEN_FAILED" });

it.each([
  [
    "win32",
    "x64",
    broken("The specified module could not be found.\r\n\\\\?\\C:\\x\\index.node"),
    /winget install Microsoft\.VCRedist\.2015\+\.x64$/,
  ],
  [
    "win32",
    "x64",
    lacking("@libsql/win32-x64-msvc"),
    /node_modules of another system does not do.*: npm install --include=optional$/,
  ],
  [
    "win32",
    "arm64",
    lacking("@libsql/win32-arm64-msvc"),
    /Node\.js for x64.*winget install OpenJS\.NodeJS\.LTS --architecture x64$/,
  ],
  [
    "linux",
    "x64",
    broken("/lib/libm.so.6: version `GLIBC_2.38' not found (required by index.node); x"),
    /C library is too old/,
  ],
  ["linux", "x64", lacking("@libsql/linux-x64-gnu"), /npm install --include=optional$/],
  ["linux", "x64", broken("invalid ELF header"), /npm install --include=optional$/],
  ["freebsd", "x64", new Error("unsupported"), /freebsd-x64: unsupported; .*npm install/],
] as const)("says what to do where SQLite does not load: %s %s %s", (platform, arch, error, next) => {
  const text = loadProblem(error, { platform, arch });
  expect(text).toMatch(/^SQLite's native module \(libsql\) does not load on [^\r\n]+$/);
  expect(text).toMatch(next);
  expect(text.split("; ").length).toBeGreaterThanOrEqual(2);
});

it("finds nothing wrong where it loads", () => {
  expect(nativeProblem()).toBeNull();
});
