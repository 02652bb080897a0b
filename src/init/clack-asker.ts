import type { Readable, Writable } from "node:stream";
import { log, password, select, settings, spinner, text } from "@clack/prompts";
import type { Asker, AskerTone, Prompt } from "./asker.ts";
import { Cancelled } from "./cancelled.ts";

export interface TerminalOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Makes our sentences those of the user in front of it. */
  readonly wording: (text: string) => string;
  /** Breaks a text into lines that the terminal does not break again. */
  readonly wrap: (text: string) => string;
}

/** Where clack begins a title, which it does not break by itself before something typed. */
const UNDER_TITLE = "\n   ";

/** Asks on a terminal. */
export function clackAsker({ input, output, wording, wrap }: TerminalOptions): Asker {
  const terminal = { input, output };
  const titled = (words: string) => wrap(wording(words)).replaceAll("\n", UNDER_TITLE);
  const say: Record<AskerTone, (text: string) => void> = {
    step: (words) => log.step(words, { output }),
    good: (words) => log.success(words, { output }),
    bad: (words) => log.error(words, { output }),
    hint: (words) => log.info(words, { output }),
  };
  return {
    say: (tone, words) => say[tone](wrap(wording(words))),
    text: async (question) => {
      const placeholder = question.example === undefined ? {} : { placeholder: question.example };
      return clean(
        await text({
          ...terminal,
          ...placeholder,
          message: titled(question.message),
          validate: judged(question),
        }),
      );
    },
    secret: async (question) =>
      clean(await password({ ...terminal, message: titled(question.message), validate: judged(question) })),
    choose: async (message, choices) => {
      const options = choices.map(({ value, label }) => ({ value: value as string, label: wording(label) }));
      const answer = await select({ ...terminal, message: wording(message), options });
      const chosen = choices.find(({ value }) => value === answer);
      if (chosen === undefined) throw new Cancelled();
      return chosen.value;
    },
    during: async (words, work) => {
      const stop = new AbortController();
      const shown = spinner({ output });
      const letGo = onCancelKey(input, () => stop.abort());
      shown.start(words);
      try {
        const cancelled = new Promise<never>((_resolve, reject) => {
          stop.signal.addEventListener("abort", () => reject(new Cancelled()));
        });
        const told = (text: string) => shown.message(wording(text));
        return await Promise.race([work(told, stop.signal), cancelled]);
      } finally {
        shown.clear();
        letGo();
      }
    },
  };
}

interface Key {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
}

/** While its spinner turns, clack ends the process at once, and with 0, by the keys that cancel: they are not its own meanwhile. */
function onCancelKey(input: Readable, cancel: () => void): () => void {
  const keys = [...settings.aliases].filter(([, action]) => action === "cancel");
  for (const [key] of keys) settings.aliases.delete(key);
  const listener = (text: string | undefined, { name, sequence }: Key) => {
    if (keys.some(([key]) => key === text || key === name || key === sequence)) cancel();
  };
  input.on("keypress", listener);
  return () => {
    input.off("keypress", listener);
    for (const [key, action] of keys) settings.aliases.set(key, action);
  };
}

/** A terminal that is pasted to brings blanks and line ends along. */
function judged({ problemOf }: Prompt): (text: string | undefined) => string | undefined {
  return (typed = "") => {
    const bare = typed.trim();
    return bare === "" ? "it is needed; Ctrl-C ends, and writes nothing" : (problemOf(bare) ?? undefined);
  };
}

function clean(answer: string | symbol): string {
  if (typeof answer !== "string") throw new Cancelled();
  return answer.trim();
}
