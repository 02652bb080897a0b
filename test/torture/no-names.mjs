/** Loaded by a process before anything else: while the file named by TORTURE_NO_NAMES is there, it finds no host by its name. */
import dns from "node:dns";
import { existsSync } from "node:fs";
import { isIP } from "node:net";

const { lookup } = dns;

dns.lookup = (name, options, callback) => {
  const done = typeof options === "function" ? options : callback;
  if (isIP(name) || !existsSync(process.env.TORTURE_NO_NAMES)) return lookup(name, options, callback);
  const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), {
    code: "EAI_AGAIN",
    errno: -3001,
    syscall: "getaddrinfo",
    hostname: name,
  });
  setImmediate(() => done(error));
};
