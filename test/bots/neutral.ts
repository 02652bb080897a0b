import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { createSigner } from "../../src/storage/signer.ts";
import type { World } from "../helpers/world.ts";
import { botFile } from "./sample-bot.ts";

/** What a Worker is called with. */
interface WorkerProgram {
  fetch(request: Request, env: Readonly<Record<string, unknown>>): Promise<Response>;
}

/** What runtimes without Node.js have: the web's own interfaces, of those that the program may need. */
const WEB = {
  AbortController,
  AbortSignal,
  Blob,
  clearTimeout,
  console,
  fetch,
  FormData,
  Headers,
  Request,
  Response,
  setTimeout,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
};

/** Bundles a Worker for no platform in particular: rejects where it, or what it loads, wants a Node.js module. */
export async function bundle(file: string, format: "iife" | "esm"): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: "neutral",
    format,
    globalName: "program",
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/** Runs a Worker where there is no `process`, `require`, `Buffer` or module of Node.js. */
export async function runNeutral(file: string): Promise<WorkerProgram> {
  const code = await bundle(file, "iife");
  return runInNewContext(
    `${code}; program.default`,
    { ...WEB },
    { filename: botFile("cloudflare-worker.mjs") },
  );
}

/** The bucket of the world as a binding of R2 gives it (developers.cloudflare.com/r2/api/workers/workers-api-reference). */
export function r2Binding(world: World) {
  const { R2_ACCESS_KEY_ID = "", R2_SECRET_ACCESS_KEY = "", R2_BUCKET } = world.env();
  const pair = { accessKeyId: R2_ACCESS_KEY_ID, secretAccessKey: R2_SECRET_ACCESS_KEY };
  const signer = createSigner({ ...pair, region: "auto" });
  return {
    async get(key: string) {
      const request = { method: "GET", origin: world.r2.url, path: `/${R2_BUCKET}/${key}` } as const;
      const answer = await fetch(signer.presign({ ...request, expiresSeconds: 60, at: Date.now() }));
      if (answer.status === 404) return null;
      const content = await answer.arrayBuffer();
      const etag = (answer.headers.get("etag") ?? "").replaceAll('"', "");
      return { etag, size: content.byteLength, arrayBuffer: async () => content };
    },
  };
}
