import type { ListObjectsV2Command, ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import { type PageXml, readPageXml } from "./page-xml.ts";

/** An answer as it came in, before the SDK reads its body. */
interface RawAnswer {
  readonly response: { readonly statusCode: number; body: AsyncIterable<Uint8Array> | Uint8Array };
}

/** What is left for the SDK to read of a page that was read here. */
const READ = Buffer.from("<ListBucketResult/>");

/**
 * Has the pages of one command read here where they are written plainly; the SDK goes on to ask, to sign, to repeat and to
 * judge errors. Returns what makes the SDK's output that of the page.
 */
export function readOwnPages(
  command: ListObjectsV2Command,
): (output: ListObjectsV2CommandOutput) => ListObjectsV2CommandOutput {
  let page: PageXml | null = null;
  command.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      page = await takePage(answer as unknown as RawAnswer);
      return answer;
    },
    // The lowest priority of the last step: nothing is between it and the answer.
    { step: "deserialize", priority: "low", name: "readOwnPages" },
  );
  return (output) => (page ? ({ ...output, ...page } as ListObjectsV2CommandOutput) : output);
}

async function takePage({ response }: RawAnswer): Promise<PageXml | null> {
  if (response.statusCode !== 200) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const page = readPageXml(bytes.toString());
  response.body = page ? READ : bytes;
  return page;
}
