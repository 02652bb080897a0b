import type { Secret } from "../domain/secret.ts";
import { BadValue } from "./bad-value.ts";
import type { FoundValue, Layers } from "./layers.ts";
import { withoutSecrets } from "./mask.ts";
import type { Origin } from "./origin.ts";
import { noBotToken, plainSecret, plainValue, trimmed } from "./plain.ts";
import { mustBe, Problems } from "./problems.ts";
import { SETTINGS, type Setting, type SettingName } from "./settings.ts";
import { UnreadableFile } from "./text-file.ts";

type ValueOf<N extends SettingName> = (typeof SETTINGS)[N] extends Setting<infer T> ? T : never;

/**
 * Takes values out of the layers, judges each, remembers where it came from, and collects what is wrong. It is the one place
 * where values are judged: commands, code and checks read what it found.
 */
export class Reader {
  readonly layers: Layers;
  readonly problems = new Problems();
  /** What works and is probably not meant. */
  readonly warnings = new Problems();
  /** By the setting's name. */
  readonly origins: Record<string, Origin> = {};
  /** Secrets that were read, by their variable. */
  readonly secrets = new Map<string, Secret>();

  constructor(layers: Layers) {
    this.layers = layers;
  }

  /** A setting's value; undefined where it is not set, or cannot be used. */
  maybe<N extends SettingName>(name: N): ValueOf<N> | undefined {
    const found = this.layers.text(name);
    if (!found) return undefined;
    this.origins[name] = found.origin;
    return this.judge(name, found, (text) => SETTINGS[name].parse(text) as ValueOf<N>);
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
    this.lacks(SETTINGS[name].env[0] ?? name, how);
    return "";
  }

  /** As {@link need}, for a secret. */
  needSecret(name: string, how: string): Secret | undefined {
    const found = this.secret(name, noBotToken);
    if (!found) this.lacks(name, `${how} (or ${name}_FILE=<path>)`);
    return found?.value;
  }

  /** A value that is not set is a problem, unless it was and could not be used. */
  lacks(name: string, how: string): void {
    if (this.problems.found.some((problem) => problem.name === name)) return;
    const shown = name === "R2_ACCOUNT_ID" ? "R2_ACCOUNT_ID (or R2_ENDPOINT)" : name;
    this.problems.tell({ kind: "missing", name, text: `${shown} is not set: ${how}` });
  }

  /**
   * Null where it is not set, or cannot be used: a problem, as a file is that cannot be read. `form` throws BadValue for a text
   * that is none of its kind.
   */
  secret(name: string, form: (text: string) => void = () => {}): FoundValue<Secret> | null {
    try {
      const found = this.layers.secret(name);
      if (!found) return null;
      this.origins[name] = found.origin;
      this.secrets.set(name, found.value);
      form(plainSecret(found.value.reveal()));
      return found;
    } catch (error) {
      this.#secretProblem(name, error);
      return null;
    }
  }

  #secretProblem(name: string, error: unknown): void {
    const origin = this.origins[name] ?? null;
    if (error instanceof UnreadableFile)
      this.problems.tell({
        kind: "secret_file",
        name,
        text: `${name}_FILE cannot be read: ${error.message}`,
      });
    else if (error instanceof BadValue)
      this.problems.tell({
        kind: "value",
        name,
        origin,
        text: `${origin === null ? name : this.#placeOf(origin)}: this value is not usable, ${mustBe(error)}`,
      });
    else throw error;
  }

  #placeOf(origin: Origin): string {
    const line = this.layers.lineOf(origin);
    return line === null ? origin : `${origin} (line ${line})`;
  }

  /** Returns what `parse` makes of a value without the blanks around it; undefined where it cannot be used, a problem. */
  judge<T>(
    name: SettingName,
    { value, origin }: FoundValue<string>,
    parse: (text: string) => T,
  ): T | undefined {
    try {
      return parse(plainValue(value));
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      this.problems.tell({
        kind: "value",
        name: SETTINGS[name].env[0] ?? name,
        origin,
        right: error.right === null ? null : withoutSecrets(error.right),
        text: `${this.#placeOf(origin)}: ${shown(value)} is not usable, ${mustBe(error)}`,
      });
      return undefined;
    }
  }
}

function shown(value: string): string {
  const text = withoutSecrets(trimmed(value)).replace(/\p{Cc}/gu, (character) =>
    JSON.stringify(character).slice(1, -1),
  );
  return /^["']/.test(text) ? text : `"${text}"`;
}
