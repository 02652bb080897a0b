import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { build } from "esbuild";

/** Stands for the address of `dist` until it is known in which file of it a module comes to lie. */
const DIST = "__ADDRESS_OF_DIST__";

/**
 * Puts the modules of the command line, and those of the ledger's thread, into few files: a run would find and link some 300 and 60 of
 * them one by one. `cli.js` and `ledgers/thread/main.js` are replaced; what only some commands load lies in `chunks`. All other files of
 * `dist` stay: the library, and what is started as a process. Packages are left out: they are what was installed.
 */
export async function bundle(dist) {
  await write(dist, "cli.js", { splitting: true, chunkNames: "chunks/[name]-[hash]" });
  await write(dist, "ledgers/thread/main.js", { splitting: false });
}

async function write(dist, entry, options) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [join(dist, entry)],
    outdir: dist,
    outbase: dist,
    allowOverwrite: true,
    write: false,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    plugins: [ownPlaces(dist)],
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text.replaceAll(DIST, addressFrom(slashed(relative(dist, path)))));
  }
}

/** Files that a module names beside itself (`new URL("./page.html", import.meta.url)`) stay where they are. */
function ownPlaces(dist) {
  return {
    name: "own-places",
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.js$/ }, ({ path }) => {
        const place = JSON.stringify(slashed(relative(dist, path)));
        const text = readFileSync(path, "utf8");
        return {
          contents: text.replaceAll("import.meta.url", `new URL(${place}, ${DIST}).href`),
          loader: "js",
        };
      }),
  };
}

function addressFrom(file) {
  const up = posix.relative(posix.dirname(file), "") || ".";
  return `new URL("${up}/", import.meta.url)`;
}

function slashed(path) {
  return path.split(sep).join("/");
}
