/** The status page, ready to be sent. */
export interface StatusPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function statusPage(): StatusPage {
  return { html: "<!doctype html><title>prewarm</title>", headers: {} };
}
