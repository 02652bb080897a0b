/** The members of an object that are set. What is undefined is left out, so that spreading the rest overwrites nothing. */
export type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** {@link Defined} of these fields, as a new object. */
export function definedOnly<T extends object>(fields: T): Defined<T> {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Defined<T>;
}
