import { readdirSync, readFileSync } from "node:fs";
import * as v from "valibot";

const Text = v.pipe(v.string(), v.minLength(1));

/** A file of a call: a sample, the beginning of a picture, or bytes of no meaning; `name` is what the part is called. */
const FileSpec = v.strictObject({
  fixture: v.optional(Text),
  png: v.optional(v.tuple([v.number(), v.number()])),
  bytes: v.optional(v.number()),
  text: v.optional(v.string()),
  name: v.optional(v.string()),
});

const Expected = v.strictObject({
  status: v.unknown(),
  description: v.optional(v.unknown()),
  parameters: v.optional(v.unknown()),
  result: v.optional(v.unknown()),
  headers: v.optional(v.record(Text, v.unknown())),
  body: v.optional(v.unknown()),
});

const CallStep = v.strictObject({
  call: Text,
  /** The second bot; the first by default. */
  by: v.optional(v.literal("second")),
  params: v.optional(v.record(Text, v.unknown())),
  files: v.optional(v.record(Text, FileSpec)),
  encoding: v.optional(v.picklist(["json", "query", "urlencoded", "gzip", "chunked"])),
  /** How often it is made; once by default. */
  times: v.optional(v.number()),
  /** Under this name its result can be spoken of afterwards. */
  as: v.optional(Text),
  expect: v.optional(Expected),
});

const HttpStep = v.strictObject({
  http: v.strictObject({ method: Text, path: Text, body: v.optional(v.string()) }),
  expect: Expected,
});

const R2Step = v.strictObject({
  r2: v.strictObject({
    method: Text,
    key: v.string(),
    query: v.optional(v.record(Text, v.string())),
    headers: v.optional(v.record(Text, v.string())),
    body: v.optional(v.string()),
    expires_in: v.optional(v.number()),
    signed_ago: v.optional(v.number()),
  }),
  expect: Expected,
});

const ControlStep = v.strictObject({ control: v.record(Text, v.unknown()) });

const Step = v.union([CallStep, HttpStep, R2Step, ControlStep]);

const Fact = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)),
  /** In a sentence. */
  rule: Text,
  origin: v.picklist(["documented", "source", "reported", "live"]),
  /** Where it stands. */
  source: Text,
  /** When a real server was seen to do it; of origin `live` only. */
  live: v.optional(v.pipe(v.string(), v.isoDate())),
  /** It can be played with anybody's own bot: small, in one chat, without orders to a sandbox. */
  harmless: v.boolean(),
  steps: v.pipe(v.array(Step), v.minLength(1)),
});

/** A rule of Telegram's or R2's, with requests that show it. */
export type PlayedFact = v.InferOutput<typeof Fact>;
/** One request, or an order to the sandbox. */
export type FactStep = v.InferOutput<typeof Step>;
/** A file of a request. */
export type FactFile = v.InferOutput<typeof FileSpec>;
/** What counts of an answer. */
export type FactAnswer = v.InferOutput<typeof Expected>;

const FOLDER = new URL("../../../fixtures/facts/", import.meta.url);

/** All facts by file, in the order of the files. Throws where one has not the form of a fact. */
export function readFacts(): ReadonlyMap<string, readonly PlayedFact[]> {
  const files = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .sort();
  return new Map(
    files.map((name) => {
      const read: unknown = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
      return [name.replace(/\.json$/, ""), v.parse(v.array(Fact), read)];
    }),
  );
}
