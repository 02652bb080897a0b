/** Names that an object of a valid JSON text has twice, at any depth: the last one counts, and the others go unseen. */
export function repeatedMembers(text: string): string[] {
  const open: Set<string>[] = [];
  const repeated = new Set<string>();
  for (const [token, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (colon !== undefined) {
      const name = String(JSON.parse(token.slice(0, -colon.length)));
      const names = open.at(-1);
      if (names?.has(name)) repeated.add(name);
      names?.add(name);
    }
  }
  return [...repeated];
}
