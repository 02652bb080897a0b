import { serveListing } from "./listing-server.ts";

process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
process.send?.(await serveListing(Number(process.argv[2])));
