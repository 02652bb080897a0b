// Another program that reads a ledger while prewarm writes: node reader.mjs FILE; prints how much it saw, each time more.
import Libsql from "libsql";

const db = new Libsql(process.argv[2]);
db.exec("pragma query_only = 1");
const count = db.prepare(
  "select count(*) as n from media_store s join media_cache c on c.sha256 = s.sha256 and c.kind = s.kind where c.status = 'ready'",
);
let last = -1;
process.stdin.resume().on("end", () => process.exit(0));
setInterval(() => {
  const [{ n }] = count.all([]);
  if (n !== last) process.stdout.write(`${n}\n`);
  last = n;
}, 1);
