// Stands in for a measuring process: `<what> <folder> <rounds> <seconds>`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const [what, folder, rounds] = process.argv.slice(2);
writeFileSync(join(folder, "left-behind"), "");
process.send({ type: "round", counts: false, round: { a: { allocated: 7 } } });
for (let index = 0; index < Number(rounds); index++)
  process.send({
    type: "round",
    counts: true,
    round: { a: { cpu: index }, place: { folder: folder.length } },
  });
if (what === "throws") throw new TypeError("it broke");
if (what === "hangs") setInterval(() => {}, 1_000);
else process.send({ type: "end", peakRssMb: 42 }, () => process.disconnect());
