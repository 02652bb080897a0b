import type { Secret } from "../domain/secret.ts";
import { type BotConfig, judgeChats } from "./bots.ts";
import { layerOf } from "./origin.ts";
import { isR2, r2BucketName } from "./places.ts";
import { trimmed } from "./plain.ts";
import type { Reader } from "./reader.ts";
import { SECRETS, SETTINGS, type Setting, type SettingName } from "./settings.ts";

interface JudgedValues {
  readonly endpoint: string;
  readonly bucket: string;
  readonly bots: readonly BotConfig[];
  readonly accessKeyId: Secret | undefined;
  readonly secretAccessKey: Secret | undefined;
}

/** Judges values by what others are, and adds what it finds to the problems and warnings of the reader. */
export function judgeTogether(values: JudgedValues, reader: Reader): void {
  pastedSecrets(reader);
  sessionToken(reader);
  const isJudged = reader.problems.found.some(({ name }) => name === "R2_BUCKET");
  if (values.bucket !== "" && !isJudged && isR2(values.endpoint)) r2Bucket(values.bucket, reader);
  judgeChats(values.bots, reader);
  for (const [name, text] of keyForms(values)) reader.warnings.tell({ kind: "value", name, text });
}

/** No bucket is called like a secret, and what is no secret is shown and kept. */
function pastedSecrets(reader: Reader): void {
  const { layers, problems } = reader;
  const written = SECRETS.flatMap((name) =>
    layers.variables(name).map(({ value }) => [name, trimmed(value)] as const),
  );
  const read = [...reader.secrets].map(([name, secret]) => [name, secret.reveal()] as const);
  const secrets = [...read, ...written].filter(([, text]) => text.length >= SHORTEST_SECRET);
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const setting: Setting<unknown> = SETTINGS[name];
    const variable = setting.env[0] ?? name;
    const found = layers.text(name);
    if (
      !found ||
      setting.worker ||
      /Proxy$/.test(name) ||
      problems.found.some((each) => each.name === variable)
    )
      continue;
    const held = secrets.find(([, text]) => found.value.includes(text));
    if (held)
      problems.tell({
        kind: "value",
        name: variable,
        origin: found.origin,
        text: `${found.origin}: this value is not usable, it holds ${held[0]}, which belongs there alone`,
      });
  }
}

const SHORTEST_SECRET = 16;

/** A name of R2's own for keys that end; they are signed in another way. */
function sessionToken(reader: Reader): void {
  const { layers, problems } = reader;
  const found = layers.variable("R2_SESSION_TOKEN");
  if (!found) return;
  const isDotenv = layerOf(found.origin) === "dotenv";
  problems.tell({
    kind: "value",
    name: "R2_SESSION_TOKEN",
    origin: found.origin,
    next: isDotenv
      ? `take the line R2_SESSION_TOKEN=... out of ${layers.dotenv.name}`
      : "unset R2_SESSION_TOKEN",
    text: `${found.origin}: temporary keys are not supported; make a key pair that lasts (Cloudflare dashboard -> R2 -> Manage API tokens -> Create, Object Read), and take R2_SESSION_TOKEN away`,
  });
}

function r2Bucket(bucket: string, reader: Reader): void {
  const origin = reader.origins.bucket ?? "default";
  reader.judge("bucket", { value: bucket, origin }, r2BucketName);
}

type NamedText = readonly [name: string, text: string];

/** R2 says so itself: "Credential access key has length 20, should be 32" (grafana/loki#9224). Other servers have other keys. */
function keyForms({ endpoint, accessKeyId, secretAccessKey }: JudgedValues): NamedText[] {
  if (!isR2(endpoint)) return [];
  const [id, secret] = [accessKeyId?.reveal(), secretAccessKey?.reveal()];
  if (id?.length === 64 && secret?.length === 32)
    return [
      [
        "R2_ACCESS_KEY_ID",
        "R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY look as if one were in the place of the other",
      ],
    ];
  return [...formWarning("R2_ACCESS_KEY_ID", id, 32), ...formWarning("R2_SECRET_ACCESS_KEY", secret, 64)];
}

function formWarning(name: string, value: string | undefined, length: number): NamedText[] {
  if (value === undefined || (value.length === length && /^[0-9a-f]+$/i.test(value))) return [];
  const found = value.length === length ? "has letters beyond 0-9 a-f" : `has ${value.length} characters`;
  return [[name, `${name} ${found}; R2's have ${length} characters 0-9 a-f`]];
}
