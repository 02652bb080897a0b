import { Pool } from "undici";
import { createSigner } from "../../storage/signer.ts";
import { formBody } from "../../telegram/form.ts";
import { keysBelow } from "../harness/servers.ts";

// A program of its own: what neither prewarm nor a plain loop can get below, `bare-loop.js <url|upload> <places> <count>`, with
// the variables of prewarm. Presigned URLs and forms as prewarm makes them, over undici; no SDK, no library, no listing (it
// knows the keys), no ledger, no pace, and nothing that fails is looked at. Ends 1 when something fails.
const [, , transfer, places, count] = process.argv;
const {
  R2_ENDPOINT: origin = "",
  R2_BUCKET: bucket = "",
  R2_ACCESS_KEY_ID: accessKeyId = "",
  R2_SECRET_ACCESS_KEY: secretAccessKey = "",
  TELEGRAM_API_ROOT: apiRoot = "",
  TELEGRAM_BOT_TOKEN: token = "",
  WARMUP_CHAT_ID: chat_id = "",
} = process.env;
const r2 = new Pool(origin);
const botApi = new Pool(apiRoot);
const signer = createSigner({ accessKeyId, secretAccessKey, region: "auto" });
const ids = new Map<string, string>();

async function warm(key: string): Promise<void> {
  const path = `/${bucket}/${key}`;
  const url = signer.presign({ method: "GET", origin, path, expiresSeconds: 3_600, at: Date.now() });
  const { bytes, contentType } =
    transfer === "url" ? formBody(new URLSearchParams({ chat_id, document: url }), []) : await read(key, url);
  const headers = { "content-type": contentType };
  const sent = await botApi.request({
    method: "POST",
    path: `/bot${token}/sendDocument`,
    headers,
    body: bytes,
  });
  const { result } = (await sent.body.json()) as { result: { document: { file_id: string } } };
  ids.set(key, result.document.file_id);
}

async function read(key: string, url: string) {
  const { body } = await r2.request({ method: "GET", path: url.slice(origin.length) });
  const bytes = Buffer.from(await body.arrayBuffer());
  const file = { name: "document", bytes, filename: key.slice(key.lastIndexOf("/") + 1) };
  return formBody(new URLSearchParams({ chat_id }), [{ ...file, contentType: "application/octet-stream" }]);
}

const keys = keysBelow("docs/", Number(count)).values();
await Promise.all(
  Array.from({ length: Number(places) }, async () => {
    for (const key of keys) await warm(key);
  }),
);
await Promise.all([r2.close(), botApi.close()]);
