/** Reads code and message of an S3 error in XML; both are `""` when the text is not one. */
export function readXmlError(text: string): { code: string; message: string } {
  const inside = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1]?.trim() ?? "";
  return text.includes("<Error")
    ? { code: inside("Code"), message: inside("Message") }
    : { code: "", message: "" };
}

const PAGE_TYPE = /^\s*(text\/html|application\/xhtml\+xml)\b/i;

/** Whether an answer is a web page, by its Content-Type or by how its body begins. */
export function isPage(type: string | undefined, text: string): boolean {
  return PAGE_TYPE.test(type ?? "") || /^\s*(<!doctype html|<html\b)/i.test(text);
}

/** The same of an answer that the SDK could not read; it keeps the answer at the error. */
export function isPageError(error: unknown): boolean {
  const { $response: response, $responseBodyText: text } = error as SdkFault;
  const type = Object.entries(response?.headers ?? {}).find(([name]) => /^content-type$/i.test(name))?.[1];
  return isPage(type, typeof text === "string" ? text : "");
}

interface SdkFault {
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  readonly $responseBodyText?: unknown;
}

/** The HTTP status of the answer that the SDK could not read; undefined without one. */
export function statusOf(error: unknown): number | undefined {
  const metadata = error instanceof Error && "$metadata" in error ? error.$metadata : undefined;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}

/** The SDK calls an answer without a code `Unknown`, which says nothing to anybody. */
export function nameOf(error: unknown): { readonly name: string; readonly message: string } {
  if (!(error instanceof Error)) return { name: "", message: String(error) };
  return error.name === "Unknown" ? { name: "", message: "" } : error;
}
