import { describe, expect, it } from "vitest";
import { type FrontAnswer, type FrontCall, frontOf, refusal } from "../helpers/bot-api-front.ts";
import { endsOf, itemsOf, summaryOf } from "../helpers/child.ts";
import { CHAT, OTHER_CHAT, openWorld, type World } from "../helpers/world.ts";

const [A, B] = [String(CHAT), String(OTHER_CHAT)];
const BOTH = `${A},${B}`;
const ODD = "Bad Request: SOMETHING_NEW_7";

/** Sends go through `rule`; the ledger's identity stays that of the world. */
async function front(world: World, rule: (call: FrontCall) => FrontAnswer | null) {
  const state = { rule };
  const { url, calls } = await frontOf(world.botApi.url, (call) =>
    call.method.startsWith("send") ? state.rule(call) : null,
  );
  const run = (chats: string, ...args: string[]) =>
    world.runWith(
      { WARMUP_CHAT_ID: chats, TELEGRAM_API_ROOT: url },
      "--transfer",
      "upload",
      "--json",
      ...args,
    );
  return { state, calls, run };
}

const lasting = (world: World) =>
  world.rows("select error_reason from media_cache where status = 'error' and error_class = 'media'");

describe("a refusal that nobody knows", () => {
  it.each([
    refusal(ODD),
    refusal("Bad Request: nobody has seen this before"),
    ...[405, 406, 408, 409, 425].map((status) => refusal("Odd", status)),
  ])("$body in one of two chats: all goes by the other, that chat is out, nothing lasts", async (answer) => {
    const world = await openWorld();
    world.putMany(8);
    const { run } = await front(world, ({ chat }) => (chat === A ? answer : null));
    const ended = await run(BOTH);
    const { ready, lanes_out } = summaryOf(ended);
    expect([ended.code, ready]).toEqual([0, 8]);
    expect(lanes_out).toMatchObject([{ chat_id: A }]);
    expect(new Set(world.posts().map(({ chat_id }) => chat_id))).toEqual(new Set([OTHER_CHAT]));
    expect(world.posts()).toHaveLength(8);
    expect(lasting(world)).toEqual([]);
  });

  it.each([
    "CHAT_RESTRICTED",
    "PEER_FLOOD",
    "ALLOW_PAYMENT_REQUIRED_10",
    "CHAT_GUEST_SEND_FORBIDDEN",
    "user not found",
  ])("%s is known, and closes its chat at once", async (text) => {
    const world = await openWorld();
    world.putMany(8);
    const { calls, run } = await front(world, ({ chat }) =>
      chat === A ? refusal(`Bad Request: ${text}`) : null,
    );
    const ended = await run(BOTH, "-c", "1");
    expect([ended.code, summaryOf(ended).ready]).toEqual([0, 8]);
    expect(calls.filter(({ method, chat }) => method === "sendDocument" && chat === A)).toHaveLength(1);
    expect(lasting(world)).toEqual([]);
  });

  it("of one file in both chats is the file's, for good", async () => {
    const world = await openWorld();
    world.putMany(8);
    world.put("bad.bin", "this one is odd");
    const { run, state } = await front(world, ({ body }) =>
      body.includes("this one is odd") ? refusal(ODD) : null,
    );
    const ended = await run(BOTH);
    expect([ended.code, summaryOf(ended).ready, summaryOf(ended).lanes_out]).toEqual([3, 8, []]);
    expect(endsOf(ended)["bad.bin"]).toBe("failed media_refused");
    state.rule = () => null;
    const again = await run(BOTH);
    expect(
      itemsOf(again)
        .filter(({ left }) => left)
        .map(({ key }) => key),
    ).toEqual(["bad.bin"]);
  });

  it("of the only file in both chats is the file's too", async () => {
    const world = await openWorld();
    world.put("bad.bin", "this one is odd");
    const { run } = await front(world, () => refusal(ODD));
    expect(endsOf(await run(BOTH))).toEqual({ "bad.bin": "failed media_refused" });
  });

  it("of two files in a row in both chats is theirs, and closes no chat for good", async () => {
    const world = await openWorld();
    world.put("bad1.bin", "odd 1");
    world.put("bad2.bin", "odd 22");
    world.putMany(20);
    const { run } = await front(world, ({ body }) => (body.includes("odd ") ? refusal(ODD) : null));
    const ended = await run(BOTH, "-c", "1");
    expect(summaryOf(ended).ready).toBe(20);
    expect(endsOf(ended)).toMatchObject({
      "bad1.bin": "failed media_refused",
      "bad2.bin": "failed media_refused",
    });
    expect([ended.code, summaryOf(ended).lanes_out]).toEqual([3, []]);
  });

  it("of everything in every chat closes them, and nothing lasts", async () => {
    const world = await openWorld();
    world.putMany(8);
    const { run, state } = await front(world, () => refusal(ODD));
    for (const chats of [A, BOTH]) {
      const ended = await run(chats);
      expect([ended.code, summaryOf(ended).bots_out]).toMatchObject([
        4,
        [{ bot: "default", reason: "chat_refuses" }],
      ]);
      expect(lasting(world)).toEqual([]);
    }
    state.rule = () => null;
    const again = await run(A);
    expect([again.code, summaryOf(again).ready]).toEqual([0, 8]);
  });

  it("of one file in the only chat is the file's once others went through after it, else it is tried again", async () => {
    const world = await openWorld();
    world.put("bad.bin", "odd");
    const odd = ({ body }: FrontCall) => (body.includes("\r\nodd\r\n") ? refusal(ODD) : null);
    const { run } = await front(world, odd);
    const alone = await run(A);
    expect([alone.code, endsOf(alone)]).toEqual([3, { "bad.bin": "failed refused_unclear" }]);
    expect(world.rows("select error_class from media_cache")).toEqual([{ error_class: "transient" }]);
    world.putMany(5);
    const ended = await run(A, "-c", "1");
    expect([ended.code, endsOf(ended)["bad.bin"], summaryOf(ended).ready]).toEqual([
      3,
      "failed media_refused",
      5,
    ]);
  });

  it("of one kind closes the chat for that kind, and the other chat takes it", async () => {
    const world = await openWorld();
    world.putMany(6);
    for (const n of [1, 2, 3, 4]) world.put(`voice/${n}.ogg`, `OggS${n}`.padEnd(200, "."));
    const { run } = await front(world, ({ method, chat }) =>
      method === "sendVoice" && chat === A ? refusal("Bad Request: VOICES_ARE_ODD_HERE") : null,
    );
    const ended = await run(BOTH, "-c", "1", "--as", "voice", "--include", "voice/**");
    expect(summaryOf(ended).failed).toBe(0);
    expect(lasting(world)).toEqual([]);
  });
});

describe("what is not allowed in a chat", () => {
  it.each(["VOICE_MESSAGES_FORBIDDEN", "CHAT_SEND_VOICES_FORBIDDEN"])(
    "%s goes by another chat, and does not last alone",
    async (text) => {
      const world = await openWorld();
      world.put("a.ogg", "OggS".padEnd(200, "."));
      const { run } = await front(world, ({ method, chat }) =>
        method === "sendVoice" && chat !== B ? refusal(`Bad Request: ${text}`) : null,
      );
      const alone = await run("77", "--as", "voice");
      expect([alone.code, endsOf(alone)]).toEqual([3, { "a.ogg": "failed kind_not_allowed" }]);
      expect(lasting(world)).toEqual([]);
      const both = await run(BOTH, "--as", "voice");
      expect([both.code, summaryOf(both).failed, world.posts().map(({ chat_id }) => chat_id)]).toEqual([
        0,
        0,
        [OTHER_CHAT],
      ]);
    },
  );
});

describe("a 413 of something in front", () => {
  it("is not the file's: it names the size, is not tried again at once, and the next run is free to", async () => {
    const world = await openWorld();
    world.put("big.bin", Buffer.alloc(3_000_000, 7));
    const html = "<html><head><title>413 Request Entity Too Large</title></head></html>";
    const { calls, run, state } = await front(world, () => ({ status: 413, body: html }));
    const ended = await run(A);
    expect([ended.code, endsOf(ended)]).toEqual([3, { "big.bin": "failed body_refused" }]);
    expect(itemsOf(ended)[0]?.error).toMatchObject({
      message: expect.stringMatching(/refuses bodies of 3000\d{3} bytes/),
    });
    expect(calls.filter(({ method }) => method === "sendDocument")).toHaveLength(1);
    state.rule = () => null;
    expect(endsOf(await run(A))).toEqual({ "big.bin": "ready" });
  });
});

describe("a refusal that nobody knows of every second send", () => {
  it.each([["1"], ["5"]])("leaves the only chat open, %s at once", async (atOnce) => {
    const world = await openWorld();
    world.putMany(8);
    let sends = 0;
    const { run } = await front(world, () => (sends++ % 2 === 0 ? refusal(ODD) : null));
    const ended = await run(A, "-c", atOnce, "--pace", "6000/min");
    const { ready, lanes_out } = summaryOf(ended);
    expect([ended.code, ready, lanes_out]).toEqual([3, 4, []]);
  });
});

describe("a text that cannot be true of an upload", () => {
  it.each(["MEDIA_EMPTY", "wrong file identifier/HTTP URL specified", "FILE_REFERENCE_EXPIRED"])(
    "`%s` is one that nobody knows: the other chat is tried, and nothing lasts",
    async (text) => {
      const world = await openWorld();
      world.putMany(3);
      const { run } = await front(world, ({ chat }) => (chat === A ? refusal(`Bad Request: ${text}`) : null));
      const ended = await run(BOTH);
      expect([ended.code, summaryOf(ended).ready, lasting(world)]).toEqual([0, 3, []]);
    },
  );

  it.each([
    ["file is too big", "body_refused"],
    ["file must be non-empty", "upload_incomplete"],
  ])("`%s` for a few bytes is not the file's", async (text, reason) => {
    const world = await openWorld();
    world.putMany(1);
    const { run, state } = await front(world, () => refusal(`Bad Request: ${text}`));
    const ended = await run(A, "--retries", "0");
    expect(Object.values(endsOf(ended))).toEqual([`failed ${reason}`]);
    expect(lasting(world)).toEqual([]);
    state.rule = () => null;
    expect(summaryOf(await run(A)).ready).toBe(1);
  });
});

describe("an API root with a path", () => {
  it("is what is wrong, not the token", async () => {
    const world = await openWorld();
    const ended = await world.runWith({ TELEGRAM_API_ROOT: `${world.botApi.url}/telegram` }, "--json");
    expect([ended.code, summaryOf(ended).bots_out]).toMatchObject([4, [{ reason: "api_root_wrong" }]]);
    expect(ended.stderr).not.toMatch(/copy the token/);
  });
});
