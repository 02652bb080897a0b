import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent } from "undici";
import { openR2 } from "../../storage/r2.ts";
import { BUCKET, KEY_PAIR } from "./listing-server.ts";

/** A bucket that is listed over HTTP. */
export interface ListingRows {
  /** Lists the whole bucket; answers how many objects came, which has to be all. */
  read(): Promise<number>;
  close(): Promise<void>;
}

const FILE = new URL("./listing-main.js", import.meta.url);

/** Lists by the real client. The server stands in a process of its own, so that its CPU is not counted. */
export async function openListing(objects: number): Promise<ListingRows> {
  const server = fork(FILE, [String(objects)], {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [url] = (await once(server, "message")) as [string];
  return listingOf(url, objects, () => server.disconnect());
}

/**
 * A bucket of so many objects on a server that runs.
 * @internal
 */
export function listingOf(url: string, objects: number, end: () => void): ListingRows {
  const dispatcher = new Agent();
  const storage = openR2({ ...KEY_PAIR, endpoint: url, bucket: BUCKET, dispatcher });
  return {
    read: async () => {
      let read = 0;
      for await (const page of storage.list("")) {
        if (!page.ok) throw new Error(page.failure.message);
        read += page.value.length;
      }
      if (read !== objects) throw new Error(`${read} of ${objects} objects were listed`);
      return read;
    },
    close: async () => {
      await storage.close();
      await dispatcher.destroy();
      end();
    },
  };
}
