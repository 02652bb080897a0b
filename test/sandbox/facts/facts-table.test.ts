import { expect, it } from "vitest";
import { type PlayedFact, readFacts } from "../../../src/probe/facts/fact.ts";
import { askedOf } from "../../../src/probe/facts/play.ts";

const PAGE = "../../../docs/facts.md";
const ANEW =
  "docs/facts.md is not what fixtures/facts says; write it anew: npx vitest run --config test/vitest.config.ts test/sandbox/facts/facts-table.test.ts -u";

/** Methods and requests by which a fact is shown, each once. */
function shownBy({ steps }: PlayedFact): string {
  const names = steps.map(askedOf).filter((asked) => asked !== "");
  return [...new Set(names)].map((name) => `\`${name}\``).join(", ");
}

function rowOf(fact: PlayedFact): string {
  const origin = fact.live === undefined ? fact.origin : `live, ${fact.live}`;
  const cells = [fact.rule, shownBy(fact), origin, fact.source, fact.harmless ? "yes" : "no"];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function page(): string {
  const byFile = [...readFacts()];
  const all = byFile.flatMap(([, facts]) => facts);
  const live = all.filter(({ origin }) => origin === "live").length;
  const sections = byFile.map(([name, facts]) => {
    const rows = facts.map(rowOf).join("\n");
    return `## ${name.replaceAll("-", " ")}\n\n| rule | shown by | origin | source | harmless |\n|---|---|---|---|---|\n${rows}\n`;
  });
  return `# What the sandbox takes for true of Telegram and R2

**${live} of ${all.length} live-verified.** Made by \`test/sandbox/facts/facts-table.test.ts\` from \`fixtures/facts\`, where each rule stands with requests that
show it and what counts of their answers; every test run plays them all against the sandbox. Origin: \`documented\` by Telegram or
Cloudflare, read in \`source\` code, \`reported\` by others (maintainers too), or seen \`live\` on that day. Harmless ones can be played with
anybody's own bot ([prewarm probe --conform](packs-and-proofs.md#facts-as-probes)): they post a few small messages to one chat. Where nobody knows, the sandbox has a
[switch](sandbox.md#rich-what-nobody-knows-of-rich-messages).

${sections.join("\n")}`;
}

it("the page of facts says what the sandbox is held to", async () => {
  await expect(page(), ANEW).toMatchFileSnapshot(PAGE);
});
