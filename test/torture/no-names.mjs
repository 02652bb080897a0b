/**
 * Loaded by a process before anything else: while the file named by TORTURE_NO_NAMES is there, it finds no host by its name. A host that
 * TORTURE_HOST names as `name=address` it finds there.
 */
import dns from "node:dns";
import { existsSync } from "node:fs";
import { isIP } from "node:net";

const { lookup } = dns;
const [hostName, address] = (process.env.TORTURE_HOST ?? "").split("=");

dns.lookup = (name, options, callback) => {
  const done = typeof options === "function" ? options : callback;
  if (isIP(name) || !existsSync(process.env.TORTURE_NO_NAMES))
    return lookup(name === hostName ? address : name, options, callback);
  const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), {
    code: "EAI_AGAIN",
    errno: -3001,
    syscall: "getaddrinfo",
    hostname: name,
  });
  setImmediate(() => done(error));
};
