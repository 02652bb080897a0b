import { Agent } from "undici";
import { openR2 } from "../../storage/r2.ts";
import { startServers } from "../harness/servers.ts";

/** A bucket that is listed over HTTP. */
export interface BucketListing {
  /** Lists the whole bucket; returns how many objects came, which has to be all. */
  read(): Promise<number>;
  close(): Promise<void>;
}

/** Lists by the real client. The server is in a process of its own, so that its CPU is not counted. */
export async function openListing(objects: number): Promise<BucketListing> {
  const servers = await startServers();
  await servers.ask("put", { prefix: "covers/0", count: objects, bytes: 20_000 });
  const { env } = servers;
  const dispatcher = new Agent();
  const storage = openR2({
    endpoint: env.R2_ENDPOINT ?? "",
    bucket: env.R2_BUCKET ?? "",
    accessKeyId: env.R2_ACCESS_KEY_ID ?? "",
    secretAccessKey: env.R2_SECRET_ACCESS_KEY ?? "",
    dispatcher,
  });
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
      await servers.close();
    },
  };
}
