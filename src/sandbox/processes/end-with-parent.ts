/** For `node --import`: ends this process at once when its stdin does, which whoever started it holds open. */
process.stdin.on("end", () => process.kill(process.pid, "SIGKILL")).resume();
