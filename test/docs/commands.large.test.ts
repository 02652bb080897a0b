import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startWorker } from "../cli/started-worker.ts";
import { BIN, type Ended } from "../helpers/child.ts";
import { has } from "../helpers/program.ts";
import { openWorld, type World } from "../helpers/world.ts";
import { fixtureBytes } from "../sandbox/bot-api/bot-api-server.ts";
import { reasonFor } from "./not-run.ts";
import { PAGES, snippetsOf, textOf } from "./page.ts";
import { toldLines } from "./page-commands.ts";

const WORKER = "http://127.0.0.1:3000";
const [ADMIN_API_TOKEN, LOOKUP_TOKEN] = ["admin-token-of-this-test", "lookup-token-of-this-test"];

const lines = toldLines().filter((line) => reasonFor(line) === null);
const RUN = [...new Set(lines.map(({ page }) => page))];

/** A bucket with what the pages speak of, and `prewarm` and `npx prewarm` on the PATH. */
async function openPages(): Promise<{ world: World; sh: (code: string) => Promise<Ended> }> {
  const world = await openWorld();
  const photo = await fixtureBytes("covers/welcome.jpg");
  for (const key of ["covers/a.jpg", "covers/welcome.jpg"]) world.put(key, photo, "image/jpeg");
  world.put("clips/b.mp4", await fixtureBytes("clips/intro.mp4"), "video/mp4");
  world.put("docs/terms.pdf", "%PDF-1.4 terms", "application/pdf");
  world.file("media.jsonl", '{"key":"covers/a.jpg"}\n{"key":"docs/terms.pdf"}\n');
  for (const name of ["staging.env", "production.env"]) world.file(name, "MEDIA_PREWARM_CONCURRENCY=4\n");
  world.file("production.json", '{"max_queue":100}');
  const bin = join(world.dir, "bin");
  mkdirSync(bin);
  for (const [name, shift] of [
    ["prewarm", ""],
    ["npx", "shift; "],
  ] as const) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${shift}exec "${process.execPath}" "${BIN}" "$@"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const PATH = `${bin}:${process.env.PATH}`;
  const here = (code: string) =>
    code
      .replaceAll("node bin/prewarm.js", "prewarm")
      .replaceAll("/srv/prewarm", world.dir)
      .replaceAll(/PATH=\S+ /g, "");
  const sh = (code: string) =>
    world.start([], {
      wrap: () => ["bash", "-euo", "pipefail", "-c", here(code)],
      env: { PATH, ADMIN_API_TOKEN, LOOKUP_TOKEN },
    }).ended;
  return { world, sh };
}

describe.skipIf(!has("bash") || !has("jq") || !has("curl") || !has("sqlite3"))(
  "the commands of the pages",
  () => {
    it.each(RUN)("of %s do as they stand there what they are there for, one after another", async (page) => {
      const { world, sh } = await openPages();
      expect((await world.run([])).code).toBe(0);
      const failed: string[] = [];
      for (const { text } of lines.filter((line) => line.page === page)) {
        const { code, stderr } = await sh(text);
        if (code !== 0) failed.push(`${text}\nexit ${code}: ${stderr}`);
      }
      expect(failed).toEqual([]);
    });

    it("are answered by a worker as the pages say", async () => {
      const { world, sh } = await openPages();
      const worker = await startWorker(world, { env: { LOOKUP_TOKEN, PREWARM_BOT: "news" } });
      await world.until(() => worker.heard().includes("[MEDIA][PREWARM][OK]"), "the worker has warmed one");
      const scripts = PAGES.map((page) =>
        snippetsOf(textOf(page))
          .filter(({ language }) => language === "sh")
          .map(({ code }) => code)
          .join(""),
      ).filter((script) => script.includes(WORKER));
      expect(scripts.length).toBeGreaterThan(2);
      let given = "";
      for (const script of scripts) {
        const requests = script
          .replace(/^(?:prewarm|export|npm|node) .*$/gm, "")
          .replaceAll(WORKER, worker.url);
        given += (await sh(requests)).stdout;
      }
      const answers = given.replaceAll("}{", "}\n{").split("\n").filter(Boolean);
      expect(answers.length).toBeGreaterThan(4);
      expect(answers.filter((answer) => /"ok": ?false/.test(answer))).toEqual([]);
    });
  },
);
