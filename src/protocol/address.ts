/**
 * Owns the spelling of network addresses: `host:port`, with IPv6 in brackets or bare.
 */

export interface Address {
  readonly host: string;
  /** 0 means any free port, where a port is listened on. */
  readonly port: number;
}

/** Reads `localhost:8888`, `10.0.0.5:8888`, `[::1]:8888` or `::1:8888`; null if it is neither. */
export function parseAddress(text: string): Address | null {
  const match = /^(?:\[([0-9A-Fa-f:.%]+)\]|([^[\]]+)):([0-9]{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || !/^[A-Za-z0-9._:%-]+$/.test(host) || port > 65_535) return null;
  return { host, port };
}

/** The reverse: an IPv6 host gets its brackets. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach that host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^(?:::ffff:)?127\./.test(host);
}
