import { Secret } from "../domain/secret.ts";
import type { Layers } from "./layers.ts";
import { decoded } from "./places.ts";
import { trimmed } from "./plain.ts";
import { SECRETS, SETTINGS, type SettingName } from "./settings.ts";

/** A shorter password would take letters out of every sentence. */
const SHORTEST_PASSWORD = 4;

/** Every secret that any layer holds, besides those that were `read` from files: those that lost too, and passwords in URLs. */
export function secretsIn(layers: Layers, read: Iterable<Secret>): Secret[] {
  const names = [...SECRETS, ...layers.file.bots.map(({ tokenEnv }) => tokenEnv), "R2_SESSION_TOKEN"];
  const written = names.flatMap((name) => layers.variables(name)).map(({ value }) => trimmed(value));
  const settings = Object.keys(SETTINGS) as SettingName[];
  const passwords = settings
    .flatMap((name) => layers.candidates(name))
    .flatMap(({ value }) => passwordsIn(value));
  return [...new Set([...written, ...passwords])].map((text) => new Secret(text)).concat([...read]);
}

/** As it is written, and as it is meant. */
function passwordsIn(url: string): string[] {
  const bare = trimmed(url).replace(/["'`]/g, "");
  const raw = /^(?:[\w+.-]+:\/\/)?[^\s/@:]*:(\S*)@[^@]*$/.exec(bare)?.[1] ?? "";
  return [raw, decoded(raw) ?? ""].filter((password) => password.length >= SHORTEST_PASSWORD);
}
