import { existsSync, readFileSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url);
const PACKAGE = new URL("package.json", ROOT);

/** `docs/<page>.md#<anchor>` as an address that can be clicked: where the package says that it is published, else as it was installed. */
export function docsUrl(docs: string): string {
  const published = publishedAt();
  return published === null ? new URL(docs, ROOT).href : `${published}/blob/HEAD/${docs}`;
}

function publishedAt(): string | null {
  if (!existsSync(PACKAGE)) return null;
  const { repository } = JSON.parse(readFileSync(PACKAGE, "utf8")) as {
    repository?: string | { url?: string };
  };
  return webAddress((typeof repository === "string" ? repository : repository?.url) ?? "");
}

/**
 * The page of a repository as package.json names it (docs.npmjs.com, package.json, repository): `git+https://...git`,
 * `git@github.com:owner/name.git` or `owner/name`; null for none.
 * @internal
 */
export function webAddress(repository: string): string | null {
  if (/^(github:)?[\w.-]+\/[\w.-]+$/.test(repository))
    return `https://github.com/${repository.replace("github:", "")}`;
  const [, host, path] =
    /^(?:git\+)?(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/:]+)\/(.+?)(?:\.git)?\/?$/.exec(repository) ??
    /^[^@\s]+@([^:\s]+):(.+?)(?:\.git)?$/.exec(repository) ??
    [];
  return host && path ? `https://${host}/${path}` : null;
}
