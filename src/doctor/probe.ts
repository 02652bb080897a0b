import type { TransferName } from "../domain/task.ts";
import { tinyPhoto } from "../domain/tiny-photo.ts";
import type { Bot, SendRequest } from "../telegram/port.ts";
import type { Check, Report } from "./check.ts";
import type { CheckContext, CheckedLane } from "./context.ts";
import { smallestPhoto } from "./r2-objects.ts";
import { ofFailure, pass, skipped, warn } from "./report.ts";

/** Sends for real, so it is asked for by `--probe` only. */
export const PROBE: Check = {
  id: "telegram-probe",
  group: "telegram",
  title: "probe",
  why: "Only a message that was really sent shows that both ways work.",
  applies: ({ probing }) => probing,
  needs: ["telegram-chats"],
  run: async (context) => {
    const url = await photoUrl(context);
    const lanes = (await context.lanes()).filter(({ result }) => result.ok);
    if (lanes.length === 0) return [skipped("no chat to send to")];
    const perLane = await Promise.all(lanes.map((lane) => probeLane(context, lane, url)));
    return perLane.flat();
  },
};

async function photoUrl(context: CheckContext): Promise<string | null> {
  const photo = await smallestPhoto(context);
  return photo && context.r2 ? context.r2.storage.presign(photo.key) : null;
}

/** One after the other: a chat takes one message a second. */
async function probeLane(context: CheckContext, lane: CheckedLane, url: string | null): Promise<Report[]> {
  const bot = context.bots.find((each) => each.bot.slug === lane.bot)?.bot;
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
  return reports.map((report) => ({ ...report, subject: `${lane.bot} x ${lane.chat}` }));
}

async function probe(bot: Bot, request: SendRequest, way: TransferName): Promise<Report> {
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
