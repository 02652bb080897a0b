import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { run } from "../helpers/program.ts";

/** A process of its own, since the SDK warns once in each. */
const SCRIPT = `
  import { S3Client } from "@aws-sdk/client-s3";
  import { withoutVersionWarning } from "./dist/storage/sdk-warning.js";
  withoutVersionWarning(() => new S3Client({ region: "auto" }));
  process.emitWarning("ours");
  console.log(JSON.stringify(process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ?? null));
`;

it("keeps the SDK's warning about old Node versions back, and no other", () => {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const { status, said } = run(process.execPath, ["--input-type=module", "-e", SCRIPT], { cwd });
  expect(status).toBe(0);
  expect(said.match(/Warning: .*/g)).toEqual(["Warning: ours"]);
  expect(said).toMatch(/^null$/m);
});
