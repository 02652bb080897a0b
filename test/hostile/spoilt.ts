import fc from "fast-check";

/** What stands where something else belongs. */
const ODD: readonly unknown[] = [
  ...[null, true, false, 0, -1, 0.5, 7, 1e300, 2 ** 53, -(2 ** 53)],
  ...["", " ", "7", "a\u0000b", "\ud800", "a\r\nb", "x".repeat(5_000)],
  ...[[], [[]], {}, { toString: 1 }, [null], { file_id: 5 }],
];

const odd = fc.oneof(fc.constantFrom(...ODD), fc.jsonValue());

type Path = readonly (string | number)[];

/** A JSON value of which one or two members, at any depth, are missing or something else. */
export function spoilt(value: unknown): fc.Arbitrary<unknown> {
  const paths = pathsOf(value);
  const change = fc.record({
    path: fc.constantFrom(...paths),
    to: fc.option(odd, { nil: undefined, freq: 3 }),
  });
  return fc
    .array(change, { minLength: 1, maxLength: 2 })
    .map((changes) => changes.reduce((so, { path, to }) => replaced(so, path, to), value));
}

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [at];
  const members = Object.entries(value).map(([name, member]) => [
    Array.isArray(value) ? Number(name) : name,
    member,
  ]);
  return [at, ...members.flatMap(([name, member]) => pathsOf(member, [...at, name as string | number]))];
}

/** The value with another one at the path; `undefined` leaves the member out. */
function replaced(value: unknown, [head, ...rest]: Path, to: unknown): unknown {
  if (head === undefined) return to ?? null;
  if (Array.isArray(value)) return value.map((item, at) => (at === head ? replaced(item, rest, to) : item));
  if (typeof value !== "object" || value === null) return value;
  const { [head]: member, ...others } = value as Record<string, unknown>;
  return rest.length === 0 && to === undefined ? others : { ...others, [head]: replaced(member, rest, to) };
}
