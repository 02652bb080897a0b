import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import type { FactAnswer, FactFile, FactStep, PlayedFact } from "./fact.ts";
import { mismatches } from "./match.ts";

type Json = Record<string, unknown>;
type CallStep = Extract<FactStep, { call: string }>;
type R2Request = Extract<FactStep, { r2: unknown }>["r2"];

/** A call of the Bot API that a fact makes. */
interface FactCall {
  readonly method: string;
  readonly by: "first" | "second";
  readonly init: RequestInit;
}

/** What came of a step, before it is compared with what was expected. */
export interface FactSeen {
  /** The method, or the request. */
  readonly asked: string;
  readonly status: number;
  /** JSON where it is some, else its text. */
  readonly body: unknown;
}

/** Where facts are played. */
export interface FactPlace {
  /** The API root. */
  readonly root: string;
  /** What `{chat}` and the like stand for. */
  readonly names: Readonly<Record<string, string | number>>;
  /** Makes a call of the Bot API. */
  call(call: FactCall): Promise<Response>;
  /** Makes a request to the API root that is no call. */
  http(path: string, init: RequestInit): Promise<Response>;
  /** The file of a picture with these sides, as far as the place needs one. */
  png(width: number, height: number): Uint8Array;
  /** Told of each answer. */
  seen?(seen: FactSeen): void;
  /** A presigned URL of an object of the bucket. */
  url(key: string): Promise<string>;
  r2(request: R2Request): Promise<Response>;
  /** Gives the sandbox an order. */
  control(order: Json): void;
}

const MEDIA = new URL("../../../fixtures/media/", import.meta.url);

/** Plays a fact; everything that is not as it says, one line each. */
export async function play({ steps }: PlayedFact, place: FactPlace): Promise<string[]> {
  const results: Json = {};
  const wrong: string[] = [];
  for (const [index, step] of steps.entries()) {
    const times = "call" in step ? (step.times ?? 1) : 1;
    for (let time = 0; time < times; time += 1) {
      const lines = await playStep(step, place, results);
      wrong.push(...lines.map((line) => `step ${index + 1}, ${line}`));
    }
  }
  return wrong;
}

async function playStep(step: FactStep, place: FactPlace, results: Json): Promise<string[]> {
  const fill = (value: unknown) => filled(value, place, results);
  if ("control" in step) {
    place.control((await fill(step.control)) as Json);
    return [];
  }
  const response = await responseOf(step, place, fill);
  const body = await response.text();
  place.seen?.({ asked: askedOf(step), status: response.status, body: jsonOr(body) });
  const answer = {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body,
    ...json(body),
  };
  if ("call" in step && step.as) results[step.as] = (answer as Json).result;
  const expected = (await fill(step.expect ?? { status: 200 })) as FactAnswer;
  return mismatches(expected, answer, (path) => at(results, path));
}

async function responseOf(
  step: FactStep,
  place: FactPlace,
  fill: (value: unknown) => Promise<unknown>,
): Promise<Response> {
  if ("r2" in step) return place.r2(step.r2);
  if ("http" in step) {
    const { method, path, body } = (await fill(step.http)) as { method: string; path: string; body?: string };
    return place.http(path, { method, ...(body === undefined ? {} : { body }) });
  }
  const call = step as CallStep;
  const params = (await fill(call.params ?? {})) as Json;
  const by = call.by ?? "first";
  if (call.files) {
    const init = await wholeForm(await formOf(params, call.files, place));
    return place.call({ method: call.call, by, init });
  }
  const { query, init } = asked(params, call);
  return place.call({ method: `${call.call}${query}`, by, init });
}

function asked(params: Json, { encoding = "json" }: CallStep): { query: string; init: RequestInit } {
  const texts = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) texts.set(name, asText(value));
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(params);
  const post = (init: RequestInit) => ({ query: "", init: { method: "POST", ...init } });
  if (encoding === "query") return { query: `?${texts}`, init: { method: "GET" } };
  if (encoding === "urlencoded")
    return post({ body: String(texts), headers: { "content-type": "application/x-www-form-urlencoded" } });
  if (encoding === "gzip")
    return post({ body: gzipSync(body), headers: { ...headers, "content-encoding": "gzip" } });
  if (encoding === "chunked") {
    const stream = Readable.toWeb(Readable.from([Buffer.from(body)])) as ReadableStream;
    return post({ body: stream, headers, duplex: "half" } as RequestInit);
  }
  return post({ body, headers });
}

/** A form as bytes, which every HTTP client takes. */
async function wholeForm(form: FormData): Promise<RequestInit> {
  const whole = new Response(form);
  const headers = { "content-type": whole.headers.get("content-type") ?? "" };
  return { method: "POST", headers, body: Buffer.from(await whole.arrayBuffer()) };
}

/**
 * What a step asks, in a word or two.
 * @internal
 */
export function askedOf(step: FactStep): string {
  if ("call" in step) return step.call;
  if ("http" in step) return `${step.http.method} ${step.http.path.replace(/^.*\//, "/")}`;
  return "r2" in step ? `${step.r2.method} of R2` : "";
}

async function formOf(
  params: Json,
  files: Readonly<Record<string, FactFile>>,
  place: FactPlace,
): Promise<FormData> {
  const form = new FormData();
  for (const [name, value] of Object.entries(params)) form.set(name, asText(value));
  for (const [name, file] of Object.entries(files)) form.set(name, await fileOf(file, place));
  return form;
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The file of a fact, as long as it says.
 * @internal
 */
export async function fileOf(
  { fixture, png: sides, bytes, text, name }: FactFile,
  { png }: Pick<FactPlace, "png">,
): Promise<File> {
  const head = fixture
    ? await readFile(new URL(fixture, MEDIA))
    : sides
      ? png(...sides)
      : Buffer.from(text ?? "", "utf8");
  const content =
    bytes === undefined ? head : Buffer.concat([head, Buffer.alloc(Math.max(0, bytes - head.length))]);
  return new File([new Uint8Array(content)], name ?? basename(fixture ?? "file"));
}

/** Fills in what stands in braces: `{chat}`, `{url:covers/menu.png}`, `{sent.message_id}`. A text that is nothing else becomes the value itself. */
async function filled(value: unknown, place: FactPlace, results: Json): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((each) => filled(each, place, results)));
  if (typeof value === "object" && value !== null) {
    if ("$times" in value && "of" in value)
      return new Array(Number(value.$times)).fill(await filled(value.of, place, results));
    const members = Object.entries(value).map(async ([name, each]) => [
      name,
      await filled(each, place, results),
    ]);
    return Object.fromEntries(await Promise.all(members));
  }
  if (typeof value !== "string") return value;
  const whole = /^\{([\w:.\-/ ]+)\}$/.exec(value);
  if (whole) return named(whole[1] ?? "", place, results);
  const parts = value.split(/(\{(?:url:[^}]+|[a-z_]+(?:\.[\w-]+)*)\})/);
  const texts = parts.map(async (part) =>
    part.startsWith("{") ? asText(await named(part.slice(1, -1), place, results)) : part,
  );
  return (await Promise.all(texts)).join("");
}

async function named(name: string, place: FactPlace, results: Json): Promise<unknown> {
  if (name.startsWith("url:")) return place.url(name.slice("url:".length));
  const value = place.names[name] ?? at(results, name);
  if (value === undefined) throw new Error(`nothing is called {${name}}`);
  return value;
}

function at(root: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => {
    if (Array.isArray(value)) return value.at(Number(name));
    return (value as Json | undefined)?.[name];
  }, root);
}

function json(text: string): Json {
  const value = jsonOr(text);
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
