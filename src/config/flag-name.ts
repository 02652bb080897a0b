/** The flag of an option's name: `--max-failures` of `maxFailures`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** An option's name, as commander makes it of a long flag without its dashes: `maxFailures` of `max-failures`. */
export function nameOfFlag(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
