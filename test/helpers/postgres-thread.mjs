import { parentPort, workerData } from "node:worker_threads";
import pg from "pg";

/** Answers one question after the other; whoever asks stands still until there is an answer. */
const { port, bell } = workerData;
const asText = { getTypeParser: () => (text) => text };
const clients = new Map();
const MOST = 4;

async function answer({ url, sql }) {
  let client = clients.get(url);
  if (!client) {
    client = new pg.Client({ connectionString: url, types: asText });
    client.on("error", () => clients.delete(url));
    await client.connect();
    clients.set(url, client);
    // Each world has a URL of its own, and the server has 100 connections.
    const [[oldest, unused]] = clients;
    if (clients.size > MOST && clients.delete(oldest)) await unused.end().catch(() => {});
  }
  const said = await client.query({ text: sql, rowMode: "array" });
  // Of several statements the last one is meant.
  const { rows, fields } = [said].flat().at(-1);
  return { rows, fields: fields.map(({ name, dataTypeID }) => [name, dataTypeID]) };
}

port.on("message", async (question) => {
  const said = await answer(question).catch((error) => ({ error: String(error) }));
  port.postMessage(said);
  Atomics.store(bell, 0, 1);
  Atomics.notify(bell, 0);
});
parentPort?.unref();
