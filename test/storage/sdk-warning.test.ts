import { expect, it, onTestFinished } from "vitest";
import { bucketAt, refuse } from "./tiny-server.ts";

// A file of its own: the SDK warns once in a process.
it("keeps the SDK's warning about old Node versions back, and no other", async () => {
  const warnings: string[] = [];
  const note = (warning: Error) => warnings.push(warning.message);
  process.on("warning", note);
  onTestFinished(() => void process.off("warning", note));
  const { storage } = await bucketAt((_, response) => refuse(response, 403, "AccessDenied"));
  await storage.check();
  process.emitWarning("ours");
  await expect.poll(() => warnings).toContain("ours");
  expect(warnings).toEqual(["ours"]);
  expect(process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED).toBeUndefined();
});
