/** A place to run in that needs nothing from outside, and goes when it is closed. */
export interface Stage {
  readonly env: NodeJS.ProcessEnv;
  /** Where `.env` and prewarm.config.json lie; null for neither. */
  readonly folder: string | null;
  readonly sandbox: boolean;
  close(): Promise<void>;
}

/** The environment as it is, or with `--sandbox` local stand-ins, which are told on stderr. */
export async function openStage(isSandboxed: boolean): Promise<Stage> {
  if (!isSandboxed) return { env: process.env, folder: process.cwd(), sandbox: false, close: async () => {} };
  const { startDemo } = await import("../sandbox/demo.ts");
  const { r2, botApi, env, close } = await startDemo();
  process.stderr.write(
    `sandbox: R2 and Bot API stand-ins on ${r2.url} and ${botApi.url}; nothing leaves this machine\n`,
  );
  return { env, folder: null, sandbox: true, close };
}
