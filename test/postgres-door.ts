import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { type OwnPostgres, startOwnPostgres } from "./helpers/own-postgres.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where an URL of a new database is had by a POST; or why there is none. */
    postgresDoor: string | undefined;
  }
}

/** One PostgreSQL server for all files of a run, in whatever process they are, started when the first of them asks for a database. */
export default async function openDoor(project: TestProject): Promise<() => Promise<void>> {
  let server: Promise<OwnPostgres | string> | null = null;
  const door = createServer(async (_, answer) => {
    server ??= startOwnPostgres();
    const started = await server;
    answer.end(typeof started === "string" ? started : await started.newDatabase());
  });
  await new Promise<void>((listening) => door.listen(0, "127.0.0.1", listening));
  project.provide("postgresDoor", `http://127.0.0.1:${(door.address() as AddressInfo).port}/`);
  return async () => {
    door.closeAllConnections();
    door.close();
    const started = await server;
    if (started !== null && typeof started !== "string") await started.dispose();
  };
}
