/**
 * Prints what is installed with prewarm, as CycloneDX 1.5, by package-lock.json alone. `npm sbom --omit=dev` leaves out what a
 * dependency of tests asks for as well, commander among it.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const ROOT = new URL("../", import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, ROOT), "utf8"));

const { name, version } = read("package.json");
const installed = new Set(
  Object.entries(read("package-lock.json").packages)
    .filter(([, { dev }]) => dev !== true)
    .map(([path, locked]) => `${path.split("node_modules/").at(-1)}@${locked.version}`),
);
const isInstalled = (ref) => ref === `${name}@${version}` || installed.has(ref);

const sbom = JSON.parse(
  execFileSync("npm", ["sbom", "--package-lock-only", "--sbom-format=cyclonedx"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === "win32",
  }),
);
// npm calls the package by its folder.
sbom.metadata.component.name = name;
sbom.components = sbom.components.filter((component) => isInstalled(component["bom-ref"]));
sbom.dependencies = sbom.dependencies
  .filter(({ ref }) => isInstalled(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isInstalled) }));
console.log(JSON.stringify(sbom, null, 2));
