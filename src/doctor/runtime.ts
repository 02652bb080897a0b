import { isProxied, proxyOf, uselessEntries } from "../domain/proxy.ts";
import type { Check, Report } from "./check.ts";
import { setClock } from "./clock.ts";
import type { CheckContext } from "./context.ts";
import { fail, pass, skipped, warn } from "./report.ts";

/** Ends of life of Node.js lines (github.com/nodejs/release). */
const NODE_ENDS: Readonly<Record<number, string>> = {
  20: "2026-04-30",
  21: "2024-06-01",
  22: "2027-04-30",
  23: "2025-06-01",
  24: "2028-04-30",
  25: "2026-06-01",
};
const NODE_FLOOR = [20, 19] as const;
/** @aws-sdk/core says so when it starts: "versions published after the first week of January 2027 will require node >=22". */
const AWS_FLOOR = 22;
const NEWER_NODE = "nvm install 24";

const nodeVersion: Check = {
  id: "node-version",
  group: "runtime",
  title: "Node.js",
  why: "A Node.js past its end of life gets no security fixes, and the AWS SDK leaves it behind.",
  run: ({ host, now }) => {
    const [major = 0, minor = 0] = host.node.split(".").map(Number);
    const [floor, floorMinor] = NODE_FLOOR;
    if (major < floor || (major === floor && minor < floorMinor))
      return [fail(`${host.node} is older than ${floor}.${floorMinor}`, NEWER_NODE)];
    const end = NODE_ENDS[major];
    const ended = end !== undefined && now() > Date.parse(end);
    const said = [
      ...(ended ? [`past its end of life (${end})`] : []),
      ...(major < AWS_FLOOR ? [`AWS SDKs from January 2027 on need ${AWS_FLOOR}`] : []),
    ];
    return [said.length > 0 ? warn(`${host.node}: ${said.join("; ")}`, NEWER_NODE) : pass(host.node)];
  },
};

const MINUTE = 60_000;
/** AWS Signature Version 4: a request may be 15 minutes old (docs.aws.amazon.com, RequestTimeTooSkewed). */
const SKEW_MS = 15 * MINUTE;

const clock: Check = {
  id: "clock",
  group: "runtime",
  title: "clock",
  why: "Signatures carry the time: R2 refuses them when it is more than 15 minutes off.",
  needs: ["proxy"],
  run: async (context) => {
    const answers = await Promise.all(
      serversOf(context).map(async (url) => ({ url, reached: await context.reach(url) })),
    );
    const skews = answers.flatMap(({ url, reached }) =>
      reached.ok && reached.skewMs !== null ? [{ host: new URL(url).host, ms: reached.skewMs }] : [],
    );
    const worst = skews.sort((a, b) => Math.abs(b.ms) - Math.abs(a.ms))[0];
    if (!worst) return [skipped("no server answered with its time")];
    return [skewReport(worst, setClock(context.host.platform))];
  },
};

function skewReport({ host, ms }: { host: string; ms: number }, next: string): Report {
  const off = `${spell(Math.abs(ms))} ${ms > 0 ? "ahead of" : "behind"} ${host}`;
  if (Math.abs(ms) > SKEW_MS) return fail(off, next);
  return Math.abs(ms) > MINUTE ? warn(off, next) : pass("agrees with the servers");
}

function spell(ms: number): string {
  return ms < 2 * MINUTE ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / MINUTE)} min`;
}

function serversOf({ config: { draft } }: CheckContext): string[] {
  return [draft.endpoint, draft.apiRoot].filter((url) => URL.canParse(url));
}

const proxy: Check = {
  id: "proxy",
  group: "runtime",
  title: "proxy",
  why: "Every connection to R2 and Telegram goes through the proxy that these variables name.",
  run: async (context) => {
    const { no = "" } = context.config.draft.proxy;
    const useless = uselessEntries(no).map((entry) =>
      warn(
        `NO_PROXY has ${no.includes("@") ? "a URL with a password" : entry}, which matches no host`,
        "write it as a name, an address, or a net such as 10.0.0.0/8",
      ),
    );
    if (useless.length > 0) return useless;
    const used = [
      ...new Set(serversOf(context).flatMap((url) => proxyOf(url, context.config.draft.proxy) ?? [])),
    ];
    const { https, http } = context.config.draft.proxy;
    if (used.length > 0) return Promise.all(used.map((url) => proxyReport(context, url)));
    if (https ?? http) return [pass("set, but NO_PROXY or the scheme keeps these servers out of it")];
    const all = context.env.ALL_PROXY ?? context.env.all_proxy;
    if (all && serversOf(context).some((url) => isProxied(url, context.config.draft.proxy.no)))
      return [warn("ALL_PROXY is set, which prewarm does not read", 'export HTTPS_PROXY="$ALL_PROXY"')];
    return [pass("none: connections go out directly")];
  },
};

async function proxyReport({ host }: CheckContext, text: string): Promise<Report> {
  const url = new URL(text);
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const code = await host.connects(url.hostname, port);
  if (code === null) return pass(`${url.host} takes connections`);
  return fail(
    `${url.host} cannot be reached (${code})`,
    "unset HTTPS_PROXY HTTP_PROXY https_proxy http_proxy",
  );
}

const nativeModule: Check = {
  id: "native-module",
  group: "runtime",
  title: "SQLite",
  why: "The ledger is a SQLite database, and SQLite comes as a module built for each system.",
  run: ({ host }) => {
    const [found, ...next] = host.nativeProblem()?.split("; ") ?? [];
    return [found === undefined ? pass("loads") : fail(found, next.join("; "))];
  },
};

/** A transfer has a socket to R2 and one to Telegram, and a file or two. */
const FILES_BASE = 64;
const FILES_EACH = 4;

const fileDescriptors: Check = {
  id: "file-descriptors",
  group: "runtime",
  title: "open files",
  why: "Each transfer holds sockets open; beyond the limit of the system connections fail at random.",
  run: ({ host, config }) => {
    const most = host.openFiles();
    const needed = FILES_BASE + FILES_EACH * config.draft.concurrency;
    if (most === null) return [skipped("this system does not say how many are allowed")];
    return [
      most < needed
        ? fail(
            `${most} allowed, ${needed} needed at concurrency ${config.draft.concurrency}`,
            `ulimit -n ${Math.max(4096, needed)}`,
          )
        : pass(`${most} allowed`),
    ];
  },
};

const workingDirectory: Check = {
  id: "working-directory",
  group: "runtime",
  title: "working directory",
  why: "The ledger is written here unless --ledger names another place.",
  run: ({ host, folder }) => {
    const may = host.mayWrite(folder);
    if (may === undefined) return [skipped(`${folder}; Windows does not say who may write there`)];
    if (may === "read-only")
      return [
        warn(
          `${folder} is on a file system that is mounted read-only`,
          "run it from a folder that can be written, or name a ledger elsewhere: --ledger",
        ),
      ];
    return [may ? pass(folder) : warn(`${folder} may not be written by this user`, 'sudo chown "$USER" .')];
  },
};

export const RUNTIME: readonly Check[] = [
  nodeVersion,
  nativeModule,
  proxy,
  clock,
  fileDescriptors,
  workingDirectory,
];
