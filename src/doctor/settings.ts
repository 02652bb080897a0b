import type { Inspection } from "../config/inspect.ts";
import { withoutSecrets } from "../config/mask.ts";
import { stub } from "./mask.ts";

/** A value with where it came from, and what lost against it; secrets as stubs. */
export interface SettingRow {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
  readonly losers: readonly { readonly origin: string; readonly value: string }[];
}

/** Every value that is set or has a default. */
export function settingsOf({ values }: Pick<Inspection, "values">): SettingRow[] {
  return values.flatMap(({ name, secret, given }) => {
    const [winner, ...others] = given.map(({ origin, value }) => {
      const variable = origin.split(" ").at(-1) ?? name;
      return { origin, value: visible(secret ? stub(variable, value) : withoutSecrets(value)) };
    });
    const losers = others.filter(({ origin }) => origin !== "default");
    return winner ? [{ name, ...winner, losers }] : [];
  });
}

/** With line ends and the like as `\r`: they are what one looks for. */
function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}
