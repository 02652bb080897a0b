import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { Control } from "../../src/sandbox/bot-api/control-schema.ts";
import { startQuickSandbox } from "../../src/sandbox/demo.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { has } from "../helpers/program.ts";
import { page, snippetsOf } from "./page.ts";

const text = page("sandbox.md");
const orders = snippetsOf(text)
  .filter(({ language }) => language === "sh")
  .flatMap(({ code }) => code.trim().split("\n"));

/** A sandbox whose first bot has sent `covers/welcome.jpg` and knows the user 5001. */
async function open(): Promise<{ sandbox: Sandbox; fileId: string }> {
  const sandbox = await startQuickSandbox();
  onTestFinished(() => sandbox.close());
  const { openAsBlob } = await import("node:fs");
  const body = new FormData();
  body.set("chat_id", "-1001000000001");
  body.set(
    "photo",
    await openAsBlob(fileURLToPath(new URL("../../fixtures/media/covers/welcome.jpg", import.meta.url))),
    "a.jpg",
  );
  await fetch(`${sandbox.botApi.url}/bot${sandbox.env.TELEGRAM_BOT_TOKEN}/sendPhoto`, {
    method: "POST",
    body,
  });
  return { sandbox, fileId: sandbox.botApi.truth()[0]?.file_id ?? "" };
}

describe("docs/sandbox.md", () => {
  it.skipIf(!has("curl"))("shows orders that are carried out as they stand there", async () => {
    expect(orders.length).toBeGreaterThan(10);
    for (const order of orders.filter((line) => line.includes("/sandbox/control"))) {
      const { sandbox, fileId } = await open();
      const env = { ...process.env, TELEGRAM_API_ROOT: sandbox.botApi.url, FILE_ID: fileId };
      const { stdout } = await promisify(execFile)("sh", ["-c", order], { env });
      expect([order, stdout]).toEqual([order, '{"ok":true}']);
      await sandbox.close();
    }
  });

  it("names every member of an order, and of what it is made", () => {
    const { chat, update, dead, post, delete_messages, add_chat, rich } = Control.entries;
    const parts = [chat, update, dead, delete_messages, add_chat, rich].map(({ wrapped }) => wrapped);
    const named = [Control, ...parts, post.wrapped.wrapped].flatMap(({ entries }) => Object.keys(entries));
    expect(named.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it("names every member of what was posted", async () => {
    const { sandbox } = await open();
    const [row = {}] = sandbox.botApi.truth();
    const left = Object.keys(row).filter((name) => !text.includes(`\`${name}\``));
    expect(left).toEqual([]);
  });
});
