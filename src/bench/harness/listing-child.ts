import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { objectOf } from "./fill-ledger.ts";
import { serve } from "./serve.ts";

/** What the process of a bucket that can only be listed can be asked. */
export type ListingHandlers = {
  /** Listens on loopback, with the first `objects` objects of `objectOf`; returns the endpoint. */
  start(objects: number): Promise<string>;
};

const PAGE = 1_000;
let objects = 0;

const server = createServer((request, answer) => {
  const { searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const from = Number(searchParams.get("continuation-token") ?? 0);
  const most = Number(searchParams.get("max-keys") ?? PAGE);
  list(answer, from, Math.min(objects, from + most));
});

function list(answer: ServerResponse, from: number, to: number): void {
  const rows = Array.from({ length: to - from }, (_, at) => {
    const { key, bytes, etag, modifiedAt } = objectOf(from + at);
    const modified = new Date(modifiedAt).toISOString();
    return `<Contents><Key>${key}</Key><LastModified>${modified}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${bytes}</Size></Contents>`;
  });
  const next = to < objects ? `<NextContinuationToken>${to}</NextContinuationToken>` : "";
  answer.setHeader("content-type", "application/xml");
  answer.end(
    `<?xml version="1.0"?><ListBucketResult><Name>media</Name><KeyCount>${to - from}</KeyCount><IsTruncated>${to < objects}</IsTruncated>${next}${rows.join("")}</ListBucketResult>`,
  );
}

const HANDLERS: ListingHandlers = {
  start: (count) => {
    objects = count;
    return new Promise((resolve) =>
      server.listen(0, "127.0.0.1", () =>
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      ),
    );
  },
};

serve(HANDLERS, async () => {
  server.closeAllConnections();
  server.close();
});
