import { createSigner } from "../../storage/signer.ts";
import { presignDerivingAnew } from "../contenders/derive-anew.ts";
import { sdkPresigner } from "../contenders/sdk-presigner.ts";
import { measuredScenario } from "../harness/measured.ts";
import { PEAK_RSS, perItem } from "../harness/metrics.ts";
import { type Experiment, interleave } from "../harness/rounds.ts";

const CPU = "cpu_us_per_item";

/** Presigned URLs in three ways that give the same signatures. */
export const SIGNER = measuredScenario({
  name: "signer",
  what: "CPU of a presigned URL with the signing key kept, with the key derived anew for each URL, and by the SDK; all three give the same signature",
  simulated: null,
  variants: {
    memoized: "prewarm: key kept for the day",
    derived_anew: "key derived for every URL",
    sdk_presigner: "the SDK's presigner",
    process: "the measuring process",
  },
  metrics: [...perItem("us"), PEAK_RSS],
  ratios: [
    { variant: "memoized", metric: CPU, reference: "derived_anew" },
    // V8 goes on compiling the SDK's large code for thousands of calls, so how fast it is depends on how far that got.
    { variant: "memoized", metric: CPU, reference: "sdk_presigner", portable: false },
  ],
  targets: [
    {
      text: "at least 65 % less CPU than with the key derived anew",
      figure: `memoized.${CPU}_ratio`,
      unit: "% less",
      value: (ratio) => 100 * (1 - ratio),
      least: 65,
    },
    {
      text: "at least 20 x the SDK's presigner",
      figure: `memoized.${CPU}_ratio_to_sdk_presigner`,
      unit: "x",
      value: (ratio) => 1 / ratio,
      least: 20,
    },
  ],
  experiments: { signer: () => signerExperiment() },
  parts: [{ experiment: "signer", processes: 2, rounds: 8, share: 1, memoryOf: "process" }],
});

/** URLs of a block of each way; the SDK's code is large, and not fast before some thousand calls. */
const COUNTS = { memoized: 2_000, derivedAnew: 500, sdk: 30, sdkWarmUp: 2_000 };

/** Of each block in a round. */
const TIMES = 5;

/** Not real credentials: the example of the S3 API reference. */
const CREDENTIALS = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const [HOST, BUCKET, REGION] = ["account.r2.cloudflarestorage.com", "media", "auto"];
const VALIDITY = { expiresSeconds: 900, at: Date.UTC(2026, 0, 31, 12, 30, 5) };

/** Three ways to presign a GET. Throws unless all three give the same signatures. */
export function signerExperiment(counts = COUNTS): Experiment {
  return {
    open: async () => {
      const ways = await openWays();
      await checkAlike(ways);
      await warmUp(ways.sdk, counts.sdkWarmUp);
      const { memoized, derivedAnew, sdk } = counts;
      const blocks = [
        { variant: "memoized", items: memoized, times: TIMES, run: () => signAll(memoized, ways.memoized) },
        {
          variant: "derived_anew",
          items: derivedAnew,
          times: TIMES,
          run: () => signAnew(derivedAnew, ways.derivedAnew),
        },
        { variant: "sdk_presigner", items: sdk, times: TIMES, run: () => signBySdk(sdk, ways.sdk) },
      ];
      return { warmUps: 2, round: (index) => interleave(blocks, index, "us") };
    },
  };
}

/** A machine on which that takes longer has to do with less. */
const WARM_UP_MS = 600;

async function warmUp(sign: Ways["sdk"], calls: number): Promise<void> {
  const until = performance.now() + WARM_UP_MS;
  for (let call = 0; call < calls && performance.now() < until; call++) await sign(keyOf(call));
}

interface Ways {
  memoized(key: string): string;
  derivedAnew(key: string): string;
  sdk(key: string): Promise<string>;
}

async function openWays(): Promise<Ways> {
  const origin = `https://${HOST}`;
  const signer = createSigner({ ...CREDENTIALS, region: REGION });
  const common = { ...CREDENTIALS, region: REGION, host: HOST, ...VALIDITY };
  return {
    memoized: (key) => signer.presign({ method: "GET", origin, path: `/${BUCKET}/${key}`, ...VALIDITY }),
    derivedAnew: (key) => presignDerivingAnew({ ...common, path: `/${BUCKET}/${key}` }),
    sdk: await sdkPresigner({ ...common, endpoint: origin, bucket: BUCKET }),
  };
}

// A loop for each, so that the call in it always goes to one and the same function.
function signAll(count: number, sign: Ways["memoized"]): number {
  let letters = 0;
  for (let call = 0; call < count; call++) letters += sign(keyOf(call)).length;
  return letters;
}

function signAnew(count: number, sign: Ways["derivedAnew"]): number {
  let letters = 0;
  for (let call = 0; call < count; call++) letters += sign(keyOf(call)).length;
  return letters;
}

async function signBySdk(count: number, sign: Ways["sdk"]): Promise<number> {
  let letters = 0;
  for (let call = 0; call < count; call++) letters += (await sign(keyOf(call))).length;
  return letters;
}

function keyOf(call: number): string {
  return `covers/2026/${call}.jpg`;
}

async function checkAlike(ways: Ways): Promise<void> {
  const signatureOf = (url: string) => new URL(url).searchParams.get("X-Amz-Signature");
  for (const key of ["a.jpg", "covers/with space+and&more/ä*(1).jpg"]) {
    const all = new Set([
      signatureOf(ways.memoized(key)),
      signatureOf(ways.derivedAnew(key)),
      await ways.sdk(key),
    ]);
    if (all.size !== 1) throw new Error(`the three ways sign ${key} differently: ${all.size} signatures`);
  }
}
