import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startSandbox } from "../../src/sandbox/sandbox.ts";

/** A sandbox of three bots whose bucket holds one text. */
async function open() {
  const media = mkdtempSync(join(tmpdir(), "prewarm-bots-"));
  writeFileSync(join(media, "hello.txt"), "hello");
  const sandbox = await startSandbox({
    profile: "instant",
    timeScale: 1,
    faults: [],
    media,
    chats: 1,
    bots: 3,
    r2Port: 0,
    botApiPort: 0,
    local: false,
    seed: 1,
  });
  onTestFinished(async () => {
    await sandbox.close();
    rmSync(media, { recursive: true });
  });
  return sandbox;
}

it("several bots have a token each in the environment, and ids of their own for one file", async () => {
  const { env, botApi } = await open();
  const tokens = [env.TELEGRAM_BOT_TOKEN, env.TELEGRAM_BOT_TOKEN_2, env.TELEGRAM_BOT_TOKEN_3];
  expect(tokens).toEqual([
    "1000001:sandbox-bot-token",
    "1000002:sandbox-bot-token2",
    "1000003:sandbox-bot-token3",
  ]);
  for (const token of tokens) {
    const body = new FormData();
    body.set("chat_id", env.WARMUP_CHAT_ID ?? "");
    body.set("document", new File(["hello"], "hello.txt"));
    expect((await fetch(`${botApi.url}/bot${token}/sendDocument`, { method: "POST", body })).status).toBe(
      200,
    );
  }
  const rows = botApi.truth();
  expect(rows.map(({ username }) => username)).toEqual(["sandbox_bot", "sandbox_bot2", "sandbox_bot3"]);
  expect(new Set(rows.map(({ file_id }) => file_id)).size).toBe(3);

  const send = (place: number) =>
    fetch(
      `${botApi.url}/bot${tokens[place]}/sendDocument?chat_id=${env.WARMUP_CHAT_ID}&document=${rows[place]?.file_id}`,
    );
  expect((await send(0)).status).toBe(200);
  const order = { method: "POST", body: '{"dead":{"key":"hello.txt","bot":"sandbox_bot2"}}' };
  expect(await (await fetch(`${botApi.url}/sandbox/control`, order)).json()).toEqual({ ok: true });
  expect([(await send(0)).status, (await send(1)).status, (await send(2)).status]).toEqual([200, 400, 200]);
});
