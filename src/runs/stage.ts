/** Where settings are read from. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Where `.env` and prewarm.config.json lie; null for neither. */
  readonly folder: string | null;
}

/** A place to run in, which goes when it is closed. */
export interface Stage extends Surroundings {
  readonly sandbox: boolean;
  close(): Promise<void>;
}

/** These surroundings as they are, or with `sandbox` local stand-ins that need nothing from outside; `tell` is told where they are. */
export async function openStage(
  { env, folder, sandbox }: Surroundings & { readonly sandbox: boolean },
  tell: (text: string) => void,
): Promise<Stage> {
  if (!sandbox) return { env, folder, sandbox, close: async () => {} };
  const { startDemo } = await import("../sandbox/demo.ts");
  const demo = await startDemo();
  tell(
    `sandbox: R2 and Bot API stand-ins on ${demo.r2.url} and ${demo.botApi.url}; nothing leaves this machine`,
  );
  return { env: demo.env, folder: null, sandbox, close: demo.close };
}
