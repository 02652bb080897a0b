import type { Cell } from "./cell.ts";
import { LOCAL_CELLS } from "./local.ts";
import { WIRE_PLACES, type WirePlace } from "./places.ts";
import { WIRE_FAULTS, type WireFaultName } from "./wire-faults.ts";

const PLACES = Object.values(WIRE_PLACES) as readonly WirePlace[];
const FAULTS = Object.entries(WIRE_FAULTS) as readonly (readonly [
  WireFaultName,
  { readonly what: string },
])[];

/** The page of `docs/` that says what comes of each fault in each place. */
export function page(): string {
  const sections = PLACES.map(({ what, cells }) => `## ${what}\n\n${HEAD}\n${rows(cells)}\n`);
  return `${intro()}\n${overview()}\n${[...sections, ...localSections()].join("\n")}\nNext: [troubleshooting](troubleshooting.md), [output and exit codes](output.md), [what it promises](promises.md).\n`;
}

/** How many cells there are. */
function cellCount(): number {
  return PLACES.reduce((sum, { cells }) => sum + Object.keys(cells).length, LOCAL_CELLS.length);
}

function intro(): string {
  return `# What if

What a run says, how it ends and what is in the ledger afterwards, for each fault in each place. Made by \`test/faults/page.test.ts\` from a table whose
${cellCount()} cells are tried by \`test/faults/\`, each with a fault that happens each time and \`--retries 0\`; the last column is what comes of one that happens once, with
\`--retries 1\`, where that is something else. R2 and API stand for their addresses; \`nothing\` is said where all goes well. Behind each line stands the next step: that of its [reason](troubleshooting.md#by-reason).
`;
}

function overview(): string {
  const names = PLACES.map((_, i) => String.fromCharCode(65 + i));
  const legend = PLACES.map(({ what }, i) => `${names[i]} ${what}`).join("; ");
  const lines = FAULTS.map(([name, { what }]) => {
    const codes = PLACES.map(({ cells }) => cells[name]?.[1] ?? "");
    return `| ${[what, ...codes].join(" | ")} |`;
  });
  const head = `| exit code | ${names.join(" | ")} |\n|---|${names.map(() => "---|").join("")}`;
  return `${legend}.\n\n${head}\n${lines.join("\n")}\n`;
}

const HEAD =
  "| what happens | what is said | exit code | ledger and chat | where it happens once |\n|---|---|---|---|---|";

function rows(cells: WirePlace["cells"]): string {
  return FAULTS.flatMap(([name, { what }]) => {
    const cell: Cell | undefined = cells[name];
    if (!cell) return [];
    const [says, code, ledger, once = ""] = cell;
    return [`| ${what} | ${says.replaceAll("|", "\\|")} | ${code} | ${ledger} | ${once} |`];
  }).join("\n");
}

/** What goes wrong on this machine, by place; what others show names the test. */
function localSections(): string[] {
  const places = [...new Set(LOCAL_CELLS.map(({ place }) => place))];
  return places.map((place) => {
    const lines = LOCAL_CELLS.filter((cell) => cell.place === place).map((cell) => {
      const by = "by" in cell ? ` (\`${cell.by.file}\`)` : "";
      const { what, says, code, ledger } = cell;
      return `| ${[`${what}${by}`, says, String(code), ledger].map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
    });
    const title = `${place.charAt(0).toUpperCase()}${place.slice(1)}`;
    return `## ${title}\n\n| what happens | what is said | exit code | ledger and chat |\n|---|---|---|---|\n${lines.join("\n")}\n`;
  });
}
