/** Looks up what an earlier step answered: `sent.photo.-1.file_id`. */
export type Recall = (path: string) => unknown;

/**
 * Everything in which `actual` is not as it was expected, each as a line with its place; members that are not expected do not count.
 * Lists are as long as expected. `{"$matches": regex}`, `{"$type": name}`, `{"$same": path}`, `{"$differs": path}`, `{"$absent": true}`
 * and `{"$length": n}` stand for values.
 */
export function mismatches(expected: unknown, actual: unknown, recall: Recall, place = "answer"): string[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length)
      return [`${place}: a list of ${expected.length} was expected, not ${JSON.stringify(actual)}`];
    return expected.flatMap((each, index) => mismatches(each, actual[index], recall, `${place}.${index}`));
  }
  if (typeof expected !== "object" || expected === null)
    return expected === actual
      ? []
      : [`${place}: ${JSON.stringify(expected)} was expected, not ${JSON.stringify(actual)}`];
  const [rule, value] = Object.entries(expected)[0] ?? [];
  if (rule?.startsWith("$"))
    return ruled(rule, value, actual, recall)
      ? []
      : [`${place}: ${JSON.stringify(actual)} is not ${rule} ${JSON.stringify(value)}`];
  return Object.entries(expected).flatMap(([name, each]) =>
    mismatches(each, (actual as Record<string, unknown> | undefined)?.[name], recall, `${place}.${name}`),
  );
}

function ruled(rule: string, value: unknown, actual: unknown, recall: Recall): boolean {
  switch (rule) {
    case "$matches":
      return new RegExp(String(value)).test(String(actual));
    case "$type":
      return String(value) === typeof actual;
    case "$same":
      return actual !== undefined && actual === recall(String(value));
    case "$differs":
      return actual !== undefined && actual !== recall(String(value));
    case "$absent":
      return actual === undefined;
    case "$length":
      return Array.isArray(actual) && actual.length === value;
    default:
      throw new Error(`no fact can ask for ${rule}`);
  }
}
