import { ObjectUpload } from "./object-upload.ts";

/** Parameters of a call with each upload as a library takes it; `null` where there is nothing to upload. */
export async function withFiles(
  params: Readonly<Record<string, unknown>>,
  toFile: (upload: ObjectUpload) => unknown,
): Promise<Record<string, unknown> | null> {
  const uploads = Object.entries(params).filter(([, value]) => value instanceof ObjectUpload);
  if (uploads.length === 0) return null;
  const files = uploads.map(async ([name, upload]) => [name, await toFile(upload as ObjectUpload)]);
  return { ...params, ...Object.fromEntries(await Promise.all(files)) };
}

/** Parameters with structures as JSON, for libraries that do so for some of them only. */
export function withTexts(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const texts = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === "object" && value !== null && !(value instanceof ObjectUpload)
      ? JSON.stringify(value)
      : value,
  ]);
  return Object.fromEntries(texts);
}
