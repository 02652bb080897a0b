import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { abandon, closeServer, listenOnLoopback } from "../loopback.ts";
import { errorAnswer } from "./answer.ts";
import { createVerifier } from "./auth.ts";
import { type ObjectBody, sha256Of } from "./body.ts";
import { pause, type R2Fault, type R2FaultHook } from "./faults.ts";
import { operationOf } from "./operation.ts";
import { RequestLog, type SeenRequest } from "./request-log.ts";
import { type Account, respond } from "./respond.ts";
import { BucketStore } from "./store.ts";
import { parseTarget, type R2Target } from "./target.ts";
import { faultAnswer, sendAnswer } from "./wire.ts";

/** Who may use the server, and what it holds. */
export interface R2ServerOptions {
  /** 0, the default, for a free port. */
  readonly port?: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Names of the buckets; clients cannot create more. */
  readonly buckets: readonly string[];
  /** Unix milliseconds, never scaled, for signatures and Last-Modified; `Date.now` by default. */
  readonly now?: () => number;
  /** Called for each request. */
  readonly faults?: R2FaultHook;
  /** Divides the latencies of faults and multiplies their bandwidth; 1 by default. */
  readonly timeScale?: number;
}

/** A running stand-in for R2's S3 API. */
export interface R2Server {
  /** `http://127.0.0.1:<port>`; objects are at `/<bucket>/<key>` below it. */
  readonly url: string;
  /**
   * Puts an object without HTTP. `{ bytes }` means generated content of that length (byte `i` is `i % 251`), which needs no
   * memory; its ETag is not its MD5. `lastModified` is in Unix milliseconds. Throws RangeError for an unknown bucket.
   */
  put(
    bucket: string,
    key: string,
    body: ObjectBody,
    more?: {
      readonly contentType?: string;
      readonly lastModified?: number;
      /** Stored headers other than Content-Type. */
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): void;
  /** Removes an object; true if there was one. Throws RangeError for an unknown bucket. */
  delete(bucket: string, key: string): boolean;
  /** Returns the SHA-256 of an object, in hex; null where there is none. Throws RangeError for an unknown bucket. */
  sha256(bucket: string, key: string): string | null;
  /** The last 100,000 requests, oldest first. */
  requests(): readonly Readonly<SeenRequest>[];
  /** Stops and cuts all connections. */
  close(): Promise<void>;
}

const REQUESTS_KEPT = 100_000;

/** Longer than the keep-alive of clients, so that the server does not close a connection under a request. */
const KEEP_ALIVE_MS = 65_000;

/** Starts a server on 127.0.0.1 that speaks R2's S3 API; rejects when the port is taken. State lives in memory. */
export async function startR2Server(options: R2ServerOptions): Promise<R2Server> {
  const now = options.now ?? Date.now;
  const buckets = new Map(options.buckets.map((name) => [name, new BucketStore(name, now())]));
  const verifier = createVerifier(options.accessKeyId, options.secretAccessKey, now);
  const log = new RequestLog(REQUESTS_KEPT);
  const serve = createListener({ buckets, verifier, now }, log, options);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, serve);
  const url = await listenOnLoopback(server, options.port ?? 0);
  return {
    url,
    put: (bucket, key, body, more = {}) => {
      bucketNamed(buckets, bucket).put(key, body, { lastModified: now(), ...more });
    },
    delete: (bucket, key) => bucketNamed(buckets, bucket).delete(key),
    sha256: (bucket, key) => {
      const object = bucketNamed(buckets, bucket).get(key);
      return object ? sha256Of(object.body) : null;
    },
    requests: () => log.list(),
    close: () => closeServer(server),
  };
}

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function createListener(account: Account, log: RequestLog, options: R2ServerOptions): RequestHandler {
  const scale = options.timeScale ?? 1;
  return async (request, response) => {
    response.on("error", () => response.destroy());
    const parsed = parseTarget(request.url ?? "/");
    const target = parsed.ok ? parsed.value : NOWHERE;
    const seen = note(log, account.now, request, target);
    const fault = options.faults?.(seen) ?? {};
    if (fault.hang) return void request.resume();
    if (fault.latencyMs) await pause(fault.latencyMs / scale);
    try {
      const answer = parsed.ok
        ? await answerOf(account, seen, target, request, fault)
        : errorAnswer(parsed.error);
      if (await sendAnswer(response, answer, fault, scale)) seen.status = answer.status;
    } catch (error) {
      abandon(request, response, error);
    }
  };
}

const NOWHERE: R2Target = { path: "/", bucket: null, key: null, query: [] };

function note(log: RequestLog, now: () => number, request: IncomingMessage, target: R2Target): SeenRequest {
  const method = request.method ?? "";
  const { bucket, key } = target;
  const operation = operationOf(method, target, "x-amz-copy-source" in request.headers);
  return log.add({ time: now(), method, operation, bucket, key });
}

async function answerOf(
  account: Account,
  seen: SeenRequest,
  target: R2Target,
  request: IncomingMessage,
  fault: R2Fault,
) {
  return fault.status === undefined
    ? respond(account, seen.operation, target, request)
    : faultAnswer(fault.status, fault);
}

function bucketNamed(buckets: ReadonlyMap<string, BucketStore>, name: string): BucketStore {
  const bucket = buckets.get(name);
  if (!bucket) throw new RangeError(`the sandbox has no bucket ${name}`);
  return bucket;
}
