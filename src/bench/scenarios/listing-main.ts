import { serveListing } from "./listing-server.ts";

process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
const server = await serveListing(Number(process.argv[2]));
process.send?.(server.url);
