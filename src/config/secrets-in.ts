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

/** As it is written, and as it is meant; of `http:name:password@host` both that may be. */
function passwordsIn(url: string): string[] {
  const bare = trimmed(url).replace(/["'`]/g, "");
  const pair = bare.slice(0, Math.max(0, bare.lastIndexOf("@"))).replace(/^[^:@]*:?[\\/]+/, "");
  const raw = [pair, pair.replace(/^https?:/i, "")].flatMap((text) => /:(.*)$/s.exec(text)?.[1] ?? []);
  return [...new Set(raw.flatMap((text) => [text, decoded(text) ?? ""]))].filter(
    (password) => password.length >= SHORTEST_PASSWORD,
  );
}
