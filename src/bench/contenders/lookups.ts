import { Agent, request } from "node:http";
import { ADMIN_PATH } from "../../domain/advice.ts";
import { objectOf } from "../harness/fill-ledger.ts";

/** Bots that ask a worker for ids, each one key after the other, over connections that stay open. */
export class Lookups {
  readonly #agent: Agent;
  readonly #url: string;
  readonly #bots: number;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, { bots, token }: { readonly bots: number; readonly token: string }) {
    this.#url = `${url}${ADMIN_PATH}/`;
    this.#bots = bots;
    this.#headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    this.#agent = new Agent({ keepAlive: true, maxSockets: bots });
  }

  /** Looks up so many objects from `from` on, a request each. Throws where one has no id. */
  async oneByOne(from: number, count: number): Promise<number> {
    let next = 0;
    const bot = async () => {
      for (let at = next++; at < count; at = next++) {
        const { key } = objectOf(from + at);
        const body = await this.#ask(`lookup?key=${encodeURIComponent(key)}`, "GET");
        if (!body.startsWith('{"ok":true,"file_id"')) throw new Error(`${key} was to be warm: ${body}`);
      }
    };
    await Promise.all(Array.from({ length: this.#bots }, bot));
    return count;
  }

  /** Looks them up in one request. */
  async atOnce(from: number, count: number): Promise<number> {
    const keys = Array.from({ length: count }, (_, at) => objectOf(from + at).key);
    const { ids } = JSON.parse(await this.#ask("lookup", "POST", { keys })) as { ids: unknown[] };
    if (ids.filter((id) => id !== null).length !== count) throw new Error("an object was to be warm");
    return count;
  }

  /** Has the worker warm these keys. */
  async enqueue(keys: readonly string[]): Promise<void> {
    const entries = keys.map((key) => ({ key }));
    const body = await this.#ask("enqueue", "POST", entries);
    if (!body.startsWith('{"ok":true')) throw new Error(`the worker did not take objects in: ${body}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(path: string, method: "GET" | "POST", sent?: object): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = request(
        this.#url + path,
        { agent: this.#agent, method, headers: this.#headers },
        (answer) => {
          let body = "";
          answer.setEncoding("utf8").on("data", (text: string) => {
            body += text;
          });
          answer.on("end", () => resolve(body)).on("error", reject);
        },
      );
      asked.on("error", reject).end(sent === undefined ? undefined : JSON.stringify(sent));
    });
  }
}
