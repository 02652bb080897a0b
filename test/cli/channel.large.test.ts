import { expect, it } from "vitest";
import { itemsOf } from "../helpers/child.ts";
import { type Channel, openChannel, perMinute } from "./channel-world.ts";

const SLOW = 900_000;
/** What the processes need in real time counts so many times as much as what the channel allows. */
const SCALE = 20;
const PROVED = { quota: "messages", "ids:photo": "ordinary", keeps: "50" };

/** One run with an empty ledger of its own: what it brought, by how many calls, and what of it was wrong. */
async function runOf(channel: Channel, ledger: string, ...args: string[]) {
  const [posts, made] = [await channel.truth(), await channel.calls()];
  const { code, ...ended } = await channel.run(ledger, ...args);
  const posted = (await channel.truth()).slice(posts.length);
  const calls = (await channel.calls()).slice(made.length);
  const ready = itemsOf({ code, ...ended }).filter(({ status }) => status === "ready");
  const truth = new Map(posted.map(({ file_id, sha256 }) => [file_id, channel.keyOf(sha256)]));
  const wrong = ready.filter(({ file_id, key }) => truth.get(file_id) !== key);
  const refused = calls.filter(({ retry_after }) => retry_after !== null).length;
  // A channel takes so many messages a minute: calls are what a minute is made of, however slow this machine is.
  const perCall = ready.length / calls.length;
  const ids = ready.map(({ file_id }) => file_id);
  return { code, count: ready.length, wrong, perCall, refused, ids, perMin: perMinute(posted) };
}

/** Shows the media a minute of the sandbox's clock, which are not held against anything: they are of this machine, too. */
function show(what: string, { perMin }: { readonly perMin: number }): void {
  console.info(`${what}: ${perMin.toFixed(1)} media a minute`);
}

it(
  "brings many times the media of single sends where messages count, each with its own id that serves alone",
  async () => {
    const channel = await openChannel(5_000, SCALE);
    const single = await runOf(channel, "single.db", "--pack", "off", "--limit", "300");
    expect(single).toMatchObject({ code: 0, count: 300, wrong: [], perCall: 1, refused: 0 });

    show("singly", single);
    await channel.prove("proved.db", PROVED);
    const proved = await runOf(channel, "proved.db");
    expect(proved).toMatchObject({ code: 0, count: 5_000, wrong: [], refused: 0 });
    expect(proved.perCall).toBeGreaterThanOrEqual(25);
    show("in packs that are proved", proved);

    const proving = await runOf(channel, "proving.db", "--pack", "50");
    expect(proving).toMatchObject({ code: 0, count: 5_000, wrong: [], refused: 0 });
    expect(proving.perCall).toBeGreaterThanOrEqual(15);
    show("in packs that are proved on the way", proving);
    expect(await channel.served(proved.ids)).toBe(5_000);
  },
  SLOW,
);

it(
  "is no slower than single sends where media count, and is hardly ever refused",
  async () => {
    const channel = await openChannel(300, SCALE);
    await channel.control({ rich: { counts: "media" } });
    const { refused, ...packs } = await runOf(channel, "media.db", "--pack", "50");
    expect(packs).toMatchObject({ code: 0, count: 300, wrong: [] });
    // At the pace of single sends, 300 calls have 3 % more at most.
    expect(packs.perCall).toBeGreaterThanOrEqual(1 / 1.03);
    expect(refused).toBeLessThanOrEqual(3);
    show("where media count", packs);
  },
  SLOW,
);
