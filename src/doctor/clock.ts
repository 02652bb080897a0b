const BY_PLATFORM: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "sudo sntp -sS time.apple.com",
  win32: "w32tm /resync (in a terminal of an administrator)",
};

/** The command that sets the clock of a machine by the network. */
export function setClock(platform: NodeJS.Platform): string {
  return BY_PLATFORM[platform] ?? "sudo timedatectl set-ntp true";
}
