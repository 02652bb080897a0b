/** What is changed into what, in all code. */
const CHANGES = [
  [/ === /g, " !== "],
  [/ !== /g, " === "],
  [/ <= /g, " < "],
  [/ >= /g, " > "],
  [/ < /g, " <= "],
  [/ > /g, " >= "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/(?<=[\s(])!(?=[\w#(])/g, ""],
  [/\.some\(/g, ".every("],
  [/\.every\(/g, ".some("],
  [/Math\.max\(/g, "Math.min("],
  [/Math\.min\(/g, "Math.max("],
  [/ \+ (?=[a-z\d(])/g, " - "],
  [/ - (?=[a-z\d(])/g, " + "],
  [/ \+= /g, " -= "],
  [/ -= /g, " += "],
  [/\btrue\b/g, "false"],
  [/\bfalse\b/g, "true"],
  [/, "(?:ready|retry|failed|unknown)", /g, ', "retry", '],
  [/\{ do: "(?:again|doubt|hold|release)"/g, '{ do: "fail"'],
  [/\{ do: "fail" \}/g, '{ do: "release" }'],
  // A call of its own is not made.
  [/^ +(?:if \(.*\) )?(?:await |yield\* )?(?:this|store|db|[a-z]\w*)[\w.#?]*\(.*\);$/gm, ";"],
  [/^( +if \().*(\) (?:return|for|continue|this|store|db|stop|lane).*)$/gm, "$1false$2"],
];
/** What is changed in SQL besides. */
const IN_SQL = [
  [/where not \$\{/g, "where ${"],
  [/and not \$\{/g, "and ${"],
  [/ and /g, " or "],
  [/ or /g, " and "],
  [/ is distinct from /g, " is not distinct from "],
  [/ is not distinct from /g, " is distinct from "],
  [/set status = '\w+'/g, "set status = status"],
  [/state = 'sending'/g, "state <> 'sending'"],
  [/(?<=\(|(?:where|and|or|when|not) )status = 'ready'/g, "status <> 'ready'"],
  [/next_retry_at = null/g, "next_retry_at = next_retry_at"],
  [/coalesce\((\w+), 0\) \+ 1/g, "coalesce($1, 0)"],
];
/** Lines that say nothing at run time. */
const SILENT = /^\s*(?:\*|\/\/|\/\*|import|export (?:type|interface)|readonly|state: ")|^\s*\| /;

/** Returns all mutants of a file of this code: each with its line, what is changed there, and the code with it. */
export function mutantsOf(file, code) {
  const changes = file.startsWith("src/ledgers/") ? [...CHANGES, ...IN_SQL] : CHANGES;
  const mutants = new Map();
  for (const [from, to] of changes)
    for (const { 0: found, index } of code.matchAll(from)) {
      const line = lineAt(code, index);
      const mutated = replacedAt(code, index, from, to);
      if (mutated === code || SILENT.test(line) || mutants.has(mutated)) continue;
      const end = index + found.length + mutated.length - code.length;
      const at = code.slice(0, index).split("\n").length;
      const change = { from: found.trim(), to: mutated.slice(index, end).trim() };
      mutants.set(mutated, { file, at, line: line.trim(), ...change, mutated, code });
    }
  return [...mutants.values()];
}

function lineAt(code, index) {
  return code.slice(code.lastIndexOf("\n", index - 1) + 1, code.indexOf("\n", index));
}

/** What stands around it is seen by the expression too. */
function replacedAt(code, index, from, to) {
  const there = new RegExp(from.source, from.flags.replace("g", "y"));
  there.lastIndex = index;
  return code.replace(there, to);
}

export function nameOf({ file, at, from, to, line }) {
  return `${file}:${at}  \`${from}\` -> \`${to}\`  in  ${line.slice(0, 100)}`;
}
