import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createContext, runInContext, Script } from "node:vm";
import { expect, it, onTestFinished } from "vitest";
import { inlinePage } from "../../src/pages/inline.ts";

/** The page of files of these texts, whose script starts with `main.js`. */
function pageOf(texts: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-inline-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const files = { "page.html": "<html><head></head><body></body></html>", "page.css": "", ...texts };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const at = (name: string) => pathToFileURL(join(folder, name));
  return inlinePage({ html: at("page.html"), styles: [at("page.css")], script: at("main.js") });
}

function scriptOf(html: string): string {
  return /<script>([\s\S]*)<\/script>/.exec(html)?.[1] ?? "";
}

it("runs each module once, after those it imports, in a scope of their own", () => {
  const { html } = pageOf({
    "main.js":
      'import { add } from "./add.js";\nimport {\n  said,\n} from "./said.js";\nadd("main");\nresult.push(...said);\n',
    "add.js":
      'import { said } from "./said.js";\nexport function add(word) {\n  said.push(word);\n}\nadd("add");\n',
    "said.js": 'export const said = ["said"];\n',
  });
  const scope = { result: [] as string[] };
  runInContext(scriptOf(html), createContext(scope));
  expect(scope.result).toEqual(["said", "add", "main"]);
  expect(Object.keys(scope)).toEqual(["result"]);
});

it("makes two modules that share a name a script that does not parse", () => {
  const { html } = pageOf({
    "main.js": 'import { a } from "./a.js";\nfunction same() {}\na(same);\n',
    "a.js": "export function a() {}\nfunction same() {}\n",
  });
  expect(() => new Script(scriptOf(html))).toThrow(/'same' has already been declared/);
});

it("allows its style and its script by their digests", () => {
  const { html, policy } = pageOf({ "main.js": "let a = 1;\n", "page.css": "p { color: red; }\n" });
  const digest = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  expect(policy).toEqual([
    `script-src ${digest(scriptOf(html))}`,
    `style-src ${digest("p { color: red; }\n")}`,
  ]);
});

it("digests the ends of line that a browser makes of CRLF", () => {
  const { html, policy } = pageOf({
    "main.js": 'import { a } from "./a.js";\r\na();\r\n',
    "a.js": "export const a = 1;\r\n",
  });
  expect(html).not.toContain("\r");
  expect(policy[0]).toContain(createHash("sha256").update(scriptOf(html)).digest("base64"));
  expect(scriptOf(html)).not.toMatch(/import|export/);
});

it("brings uPlot along with its licence, once", () => {
  const { html } = pageOf({
    "main.js":
      'import uPlot from "uplot";\nimport { join } from "./join.js";\nresult.push(typeof uPlot.join, join);\n',
    "join.js": 'import uPlot from "uplot";\nexport const join = uPlot.join([[[1], [2]]]);\n',
  });
  const scope = { result: [] as unknown[] };
  runInContext(scriptOf(html), createContext(scope));
  expect(scope.result).toEqual(["function", [[1], [2]]]);
  expect(html.match(/Permission is hereby granted/g)).toHaveLength(1);
});

it("puts the texts in as they are, dollar signs too", () => {
  const { html } = pageOf({
    "main.js": 'const cost = "$& $1";\n',
    "page.css": '.a::after { content: "$&"; }\n',
  });
  expect(html).toContain('const cost = "$& $1";');
  expect(html).toContain('<style>.a::after { content: "$&"; }\n</style></head>');
});
