interface Proxies {
  readonly https?: string | undefined;
  readonly http?: string | undefined;
  readonly no?: string | undefined;
}

/** The proxy that a URL is called through, as undici's EnvHttpProxyAgent decides; null for none. */
export function proxyOf(url: string, { https, http, no }: Proxies): string | null {
  const chosen = new URL(url).protocol === "https:" ? (https ?? http) : http;
  return chosen && isProxied(url, no) ? chosen : null;
}

/** False for hosts that NO_PROXY keeps out: `*`, a name, `.suffix`, with or without a port. */
export function isProxied(url: string, no = ""): boolean {
  const { hostname, port, protocol } = new URL(url);
  const wanted = port || (protocol === "https:" ? "443" : "80");
  return !no
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      const [, name = "", onPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      const suffix = name.replace(/^\*?\./, "").toLowerCase();
      return (
        (onPort === undefined || onPort === wanted) &&
        (name === "*" || hostname === suffix || hostname.endsWith(`.${suffix}`))
      );
    });
}
