import { failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import type { CallAnswer } from "../telegram/port.ts";
import type { ProbeLane } from "./lane.ts";

/** Members of an answer of the Bot API by which a probe goes on. */
interface RawAnswer {
  readonly ok?: boolean;
  readonly result?: { readonly message_id?: number };
  readonly parameters?: { readonly retry_after?: number };
}

/**
 * Makes a call of the Bot API as it is given, in its turn, and again after each wait that it is answered with; a message that it
 * posts is written down and can be taken away as others. Returns the answer, whatever it is. Throws what the call throws.
 */
export async function rawCall(
  lane: ProbeLane,
  method: string,
  call: () => Promise<Response>,
): Promise<Response> {
  const name = method.replace(/\?.*$/, "");
  let last: Response | null = null;
  let thrown: unknown = null;
  const once = async (): Promise<CallAnswer<{ readonly messageId: number }>> => {
    const times = { started: 0, bodyEnd: null, ended: 0 };
    try {
      last = await call();
      return { ...(await resultOf(name, last)), times };
    } catch (error) {
      thrown = error;
      return { ...failed(failure("answer_lost", `the answer to ${name} was lost`)), times };
    }
  };
  const posts = /^(send|forward|copy)/i.test(name);
  const hurry = posts || /^(edit|delete)/i.test(name) ? "paced" : "at once";
  await lane.patiently(() => (posts ? lane.post("photo", hurry, once) : lane.ask(hurry, once)));
  if (last === null) throw thrown;
  return last;
}

async function resultOf(name: string, response: Response): Promise<Result<{ readonly messageId: number }>> {
  const answer = read(await response.clone().text());
  const messageId = answer.ok ? answer.result?.message_id : undefined;
  if (messageId !== undefined) return ok({ messageId });
  const seconds = answer.parameters?.retry_after;
  if (response.status === 429 && seconds !== undefined)
    return failed(failure("flood_wait", `${name} has to wait`, { retryAfterMs: seconds * 1_000 }));
  return failed(failure("refused_unclear", `${name} was answered with ${response.status}`));
}

/** Empty for what is no JSON. */
function read(text: string): RawAnswer {
  try {
    return (JSON.parse(text) ?? {}) as RawAnswer;
  } catch {
    return {};
  }
}
