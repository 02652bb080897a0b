import type { Bot, SendRequest } from "../telegram/port.ts";
import type { Check, LaneLook, Report, World } from "./port.ts";
import { smallestPhoto } from "./r2-objects.ts";
import { ofFailure, pass, skipped, warn } from "./report.ts";
import { tinyPhoto } from "./tiny-photo.ts";

type Way = "upload" | "url";

/** Sends for real, so it is asked for by `--probe` only. */
export const PROBE: Check = {
  id: "telegram-probe",
  group: "telegram",
  title: "probe",
  why: "Only a message that was really sent shows that both ways work.",
  applies: ({ probing }) => probing,
  needs: ["telegram-chats"],
  run: async (world) => {
    const url = await photoUrl(world);
    const lanes = (await world.lanes()).filter(({ result }) => result.ok);
    if (lanes.length === 0) return [skipped("no chat to send to")];
    const perLane = await Promise.all(lanes.map((lane) => probeLane(world, lane, url)));
    return perLane.flat();
  },
};

async function photoUrl(world: World): Promise<string | null> {
  const photo = await smallestPhoto(world);
  return photo && world.r2 ? world.r2.storage.presign(photo.key) : null;
}

/** One after the other: a chat takes one message a second. */
async function probeLane(world: World, lane: LaneLook, url: string | null): Promise<Report[]> {
  const bot = world.bots.find((each) => each.bot.slug === lane.bot)?.bot;
  if (!bot || !lane.result.ok) return [];
  const chat = lane.result.value.id;
  const bytes = tinyPhoto();
  const open = async () => ({ ok: true as const, value: bytes });
  const upload = { open, bytes: bytes.length, filename: "prewarm-check.png" };
  const reports = [await probe(bot, { chat, kind: "photo", media: upload }, "upload")];
  reports.push(
    url === null
      ? skipped("by url: there is no JPEG or PNG under 5 MB on the first page of the bucket")
      : await probe(bot, { chat, kind: "photo", media: url }, "url"),
  );
  return reports.map((report) => ({ ...report, subject: `${lane.bot} x ${lane.wish}` }));
}

async function probe(bot: Bot, request: SendRequest, way: Way): Promise<Report> {
  const sent = await bot.send(request);
  if (!sent.ok) {
    const { failure } = sent;
    const report = ofFailure(
      failure,
      way === "url" && failure.class === "media" ? "prewarm run --transfer upload" : undefined,
    );
    return { ...report, found: `by ${way}: ${report.found}` };
  }
  const ms = Math.round(sent.times.ended - sent.times.started);
  const removed = await bot.deleteMessage(sent.value.chatId, sent.value.messageId);
  return removed.ok
    ? pass(`by ${way}: a photo was sent in ${ms} ms and deleted again`)
    : warn(
        `by ${way}: a photo was sent in ${ms} ms and could not be deleted: ${removed.failure.message}`,
        `Telegram -> the chat -> message ${sent.value.messageId} -> Delete`,
      );
}
