import { createSigner } from "../../storage/signer.ts";
import { presignDerivingAnew } from "../contenders/derive-anew.ts";
import { sdkPresigner } from "../contenders/sdk-presigner.ts";
import { type Block, type Experiment, interleave } from "../harness/rounds.ts";

export interface SignerCounts {
  readonly memoized: number;
  readonly derivedAnew: number;
  readonly sdk: number;
  /** The SDK's code is large: it is not fast before some thousand calls. */
  readonly sdkWarmUp: number;
}

const COUNTS: SignerCounts = { memoized: 2_000, derivedAnew: 500, sdk: 30, sdkWarmUp: 2_000 };

/** Of each block in a round. */
const RUNS = 5;

/** No real credentials: the example of the S3 API reference. */
const CREDENTIALS = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const PLACE = { host: "account.r2.cloudflarestorage.com", bucket: "media", region: "auto" };
const TIMES = { expiresSeconds: 900, at: Date.UTC(2026, 0, 31, 12, 30, 5) };

/** Three ways to presign a GET. Throws unless all three give the same signatures. */
export function signerExperiment(counts: SignerCounts = COUNTS): Experiment {
  return {
    open: async () => {
      const ways = await openWays();
      await checkAlike(ways);
      await warmUp(ways.sdk, counts.sdkWarmUp);
      const blocks = blocksOf(ways, counts);
      return { warmUps: 2, round: (index) => interleave(blocks, index, "us"), close: async () => {} };
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
  const { host, bucket, region } = PLACE;
  const signer = createSigner({ ...CREDENTIALS, region });
  const common = { ...CREDENTIALS, region, host, ...TIMES };
  const origin = `https://${host}`;
  return {
    memoized: (key) => signer.presign({ method: "GET", origin, path: `/${bucket}/${key}`, ...TIMES }),
    derivedAnew: (key) => presignDerivingAnew({ ...common, path: `/${bucket}/${key}` }),
    sdk: await sdkPresigner({ ...CREDENTIALS, ...TIMES, endpoint: origin, bucket, region }),
  };
}

function blocksOf(ways: Ways, counts: SignerCounts): Block[] {
  return [
    {
      variant: "memoized",
      items: counts.memoized,
      times: RUNS,
      run: () => signAll(counts.memoized, ways.memoized),
    },
    {
      variant: "derived_anew",
      items: counts.derivedAnew,
      times: RUNS,
      run: () => signAnew(counts.derivedAnew, ways.derivedAnew),
    },
    { variant: "sdk_presigner", items: counts.sdk, times: RUNS, run: () => signBySdk(counts.sdk, ways.sdk) },
  ];
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
  for (const key of ["a.jpg", "covers/with space+and&more/ä*(1).jpg"]) {
    const given = [ways.memoized(key), ways.derivedAnew(key)].map((url) =>
      new URL(url).searchParams.get("X-Amz-Signature"),
    );
    const all = new Set([...given, await ways.sdk(key)]);
    if (all.size !== 1) throw new Error(`the three ways sign ${key} differently: ${all.size} signatures`);
  }
}
