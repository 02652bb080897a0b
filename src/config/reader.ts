import type { Secret } from "../domain/secret.ts";
import type { FoundValue, Layers, Origin } from "./layers.ts";
import { Problems } from "./problems.ts";
import { SETTINGS, type Setting, type SettingName } from "./settings.ts";

type ValueOf<N extends SettingName> = (typeof SETTINGS)[N] extends Setting<infer T> ? T : never;

/** Takes values out of the layers, remembers where each came from, and collects what is wrong with them. */
export class Reader {
  readonly layers: Layers;
  readonly problems = new Problems();
  /** By the setting's name. */
  readonly origins: Record<string, Origin> = {};

  constructor(layers: Layers) {
    this.layers = layers;
  }

  /** A setting's value; undefined where it is not set, or cannot be used. */
  maybe<N extends SettingName>(name: N): ValueOf<N> | undefined {
    const found = this.layers.text(name);
    if (!found) return undefined;
    this.origins[name] = found.origin;
    return this.#parsed(name, found);
  }

  /** A setting that has a default. */
  get<N extends SettingName>(name: N): ValueOf<N> {
    const value = this.maybe(name);
    // null is a value: `--bot-pace none`.
    return value === undefined
      ? (SETTINGS[name].parse((SETTINGS[name] as Setting<unknown>).fallback ?? "") as ValueOf<N>)
      : value;
  }

  /** A setting that has no default; empty where it is missing, which is a problem that says `how` to get it. */
  need(name: SettingName, how: string): string {
    const found = this.layers.text(name);
    if (found) return String(this.maybe(name) ?? "");
    this.problems.add(`${SETTINGS[name].env[0]} is not set: ${how}`);
    return "";
  }

  /** As {@link need}, for a secret. */
  needSecret(name: string, how: string): Secret | undefined {
    const found = this.secret(name);
    if (!found) this.problems.add(`${name} is not set: ${how} (or ${name}_FILE=<path>)`);
    return found?.value;
  }

  /** Null where it is not set. A file that cannot be read is a problem. */
  secret(name: string): FoundValue<Secret> | null {
    try {
      const found = this.layers.secret(name);
      if (found) this.origins[name] = found.origin;
      return found;
    } catch (error) {
      this.problems.add(`${name}_FILE cannot be read: ${error instanceof Error ? error.message : error}`);
      return null;
    }
  }

  #parsed<N extends SettingName>(name: N, { value, origin }: FoundValue<string>): ValueOf<N> | undefined {
    const shown = value.replace(/\/\/[^/@]*@/, "//***@");
    const parse = () => SETTINGS[name].parse(value) as ValueOf<N>;
    return this.problems.parse(`${origin}: "${shown}" is not usable,`, parse, undefined);
  }
}
