import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");

interface Locked {
  readonly version: string;
  readonly dev?: true;
  readonly hasInstallScript?: true;
}

it("no package that is installed with this one runs a script at installation", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, Locked> };
  const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
  // Those of tests have some, or this would see none of any.
  expect(scripted.length).toBeGreaterThan(0);
  expect(scripted.filter(([, { dev }]) => dev !== true)).toEqual([]);
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  expect(Object.keys(scripts).filter((name) => /^(?:pre|post)?install$/.test(name))).toEqual([]);
});

it("each package that may be installed is named in SECURITY.md, with what it may do", () => {
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(read("package.json")) as Record<
    string,
    Record<string, string>
  >;
  const names = [dependencies, optionalDependencies, peerDependencies].flatMap((each) =>
    Object.keys(each ?? {}),
  );
  const told = (read("SECURITY.md").split("\n## What is installed with it\n")[1] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  expect(told.toSorted()).toEqual(names.toSorted());
});

it("each of them, and all that they bring along, is in the bill of materials, and nothing of the tests", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, Locked> };
  const locked = Object.entries(packages)
    .filter(([path, { dev }]) => path !== "" && dev !== true)
    .map(([path, { version }]) => `${path.split("node_modules/").at(-1)}@${version}`);
  const script = new URL("../../.ci/sbom.mjs", import.meta.url);
  const sbom = JSON.parse(execFileSync(process.execPath, [fileURLToPath(script)], { encoding: "utf8" })) as {
    readonly metadata: { readonly component: { readonly name: string } };
    readonly components: readonly { "bom-ref": string; hashes: readonly { alg: string }[] }[];
  };
  expect(sbom.metadata.component.name).toBe("prewarm");
  expect(sbom.components.map((each) => each["bom-ref"]).toSorted()).toEqual([...new Set(locked)].toSorted());
  for (const { hashes } of sbom.components) expect(hashes.map(({ alg }) => alg)).toContain("SHA-512");
});
