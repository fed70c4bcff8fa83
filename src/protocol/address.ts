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
  const match = /^(.+):([0-9]{1,5})$/.exec(text);
  const host = parseHost(match?.[1] ?? '');
  const port = Number(match?.[2]);
  return host === null || port > 65_535 ? null : { host, port };
}

/** Reads a name, IPv4, or IPv6 with or without brackets, which are dropped; null if it is none. */
export function parseHost(text: string): string | null {
  const bracketed = /^\[(.+)\]$/.exec(text)?.[1];
  if (bracketed !== undefined) return ipv6.test(bracketed) ? bracketed : null;
  return named.test(text) || ipv6.test(text) ? text : null;
}

/** The reverse: an IPv6 host gets its brackets. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach that host. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host === '::1' || /^(?:::ffff:)?127(?:\.[0-9]{1,3}){3}$/.test(host)
  );
}

/** Names and IPv4. At most 253 characters, as in DNS; never a dash first, as in options. */
const named = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?$/;

/**
 * Two colons at least, none alone at the end (there a port was cut off), and perhaps the interface that a
 * link-local address belongs to.
 */
const ipv6 = /^(?=.*:.*:)(?!.*[^:]:$)[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9._-]{1,40})?$/;
