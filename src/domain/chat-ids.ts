/**
 * Whether the messages of this chat are numbered together with those of the bot's other chats: private chats and basic groups
 * share one sequence for each account, channels and supergroups have one each, the same for everybody
 * (core.telegram.org/api/messages#message-identifiers). Ids of channels and supergroups are below -10^12
 * (core.telegram.org/api/bots/ids), and only they have a name (`@name`).
 */
export function sharesMessageIds(chatId: string): boolean {
  return !chatId.startsWith("@") && Number(chatId) > -1_000_000_000_000;
}
