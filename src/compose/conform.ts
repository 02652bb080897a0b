import { fetch as fetchBy } from "undici";
import type { Config } from "../config/config.ts";
import type { ConformPlace } from "../probe/conform.ts";
import type { ProbePlace } from "../probe/experiment.ts";
import type { FactPlace } from "../probe/facts/play.ts";
import { rawCall } from "../probe/raw-call.ts";
import { createSigner } from "../storage/signer.ts";
import type { Connections } from "./connect.ts";
import { openDispatcher } from "./dispatcher.ts";
import { CONNECT_MS } from "./reach.ts";

/** As long as prewarm's own URLs are good for, in seconds. */
const GOOD_SECONDS = 3_600;

/** A place where facts are played with one's own bot, chat and bucket; closed by the caller. */
export function openConform(
  config: Config,
  { storage }: Connections,
  { lane, second }: ProbePlace,
): { readonly at: ConformPlace; readonly close: () => Promise<void> } {
  const dispatcher = openDispatcher(config.proxy, { connectMs: CONNECT_MS });
  const ask = async (url: string, init: RequestInit) =>
    (await fetchBy(url, { ...(init as object), dispatcher })) as unknown as Response;
  const root = config.apiRoot.replace(/\/+$/, "");
  const tokenOf = (slug: string) => config.bots.find((bot) => bot.slug === slug)?.token.reveal() ?? "";
  const test = config.testEnvironment ? "/test" : "";
  const place: FactPlace = {
    root,
    names: {
      chat: Number(lane.chat.id),
      bot_id: Number(lane.bot.id),
      ...(second ? { second_bot_id: Number(second.bot.id) } : {}),
    },
    url: async (key) => storage.presign(key),
    call: ({ method, by, init }) => {
      const caller = by === "second" && second ? second : lane;
      return rawCall(caller, method, () =>
        ask(`${root}/bot${tokenOf(caller.bot.slug)}${test}/${method}`, init),
      );
    },
    http: (path, init) => ask(`${root}${path}`, init),
    r2: ({ method, key, headers, expires_in: expiresSeconds = GOOD_SECONDS, signed_ago = 0 }) => {
      const at = Date.now() - signed_ago * 1_000;
      const url = presigned(config, { method: method as "GET" | "HEAD", key, expiresSeconds, at });
      return ask(url, { method, ...(headers ? { headers } : {}) });
    },
    png: () => {
      throw new Error("no harmless fact makes a picture");
    },
    control: () => {
      throw new Error("no harmless fact gives orders to a sandbox");
    },
  };
  const has = async (key: string) => (await storage.head(key)).ok;
  return { at: { place, lane, second, has }, close: () => dispatcher.destroy() };
}

interface Presigned {
  readonly method: "GET" | "HEAD";
  readonly key: string;
  readonly expiresSeconds: number;
  /** Unix milliseconds. */
  readonly at: number;
}

function presigned({ endpoint, bucket, accessKeyId, secretAccessKey }: Config, { key, ...more }: Presigned) {
  const keys = { accessKeyId: accessKeyId.reveal(), secretAccessKey: secretAccessKey.reveal() };
  const signer = createSigner({ ...keys, region: "auto" });
  return signer.presign({ ...more, origin: new URL(endpoint).origin, path: `/${bucket}/${key}` });
}
