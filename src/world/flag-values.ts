/**
 * Owns how the text behind a flag becomes a value, and the sentence for a text that is none.
 */

import { type Address, parseAddress, parseHost } from '../protocol/address.js';
import { labelPattern, namePattern, nearestName, peerNamePattern } from '../protocol/ids.js';
import { UsageError } from './exit.js';

/** Reads `500ms`, `1s`, `1.5m`, `2h` (a bare number counts seconds) as milliseconds. */
export function duration(flag: string): (text: string | number) => number {
  return (text) => {
    const value = parseDuration(text);
    if (value !== null) return value;
    throw new UsageError(`--${flag} is a time such as 500ms, 2s, 10m or 1h, not "${text}".`);
  };
}

/** The same; null where it is none. */
export function parseDuration(text: string | number): number | null {
  const match = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)?$/.exec(String(text));
  const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  const value = Number(match?.[1]) * unitMs[(match?.[2] ?? 's') as keyof typeof unitMs];
  return match === null || value < 1 ? null : Math.round(value);
}

/** The same, the other way round: `90s`, `2h`. */
export function spellDuration(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

/** Timers count 31 bits of milliseconds; one that is set for longer fires at once. */
const waitMsMax = 7 * 24 * 3_600_000;

/** Reads a time for which a timer may be set. */
export function atMostAWeek(flag: string): (text: string | number) => number {
  return (text) => {
    const value = duration(flag)(text);
    if (value <= waitMsMax) return value;
    throw new UsageError(`--${flag} is at most 168h, a week, not "${text}".`);
  };
}

/** Reads `500MB` or `1.5GB` (a bare number counts bytes) as bytes; `none` is 0. */
export function size(flag: string): (text: string) => number {
  return (text) => {
    const match = /^([0-9]{1,15}(?:\.[0-9]+)?)(KB|MB|GB|TB)?$/i.exec(text);
    const units = { KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
    const unit = match?.[2]?.toUpperCase() as keyof typeof units | undefined;
    if (text === 'none') return 0;
    if (match !== null)
      return Math.round(Number(match[1]) * (unit === undefined ? 1 : units[unit]));
    throw new UsageError(`--${flag} is a size such as 500MB or 10GB, or none, not "${text}".`);
  };
}

/** Reads the seed of a simulated world. */
export function seed(flag: string): (text: string | undefined) => number | undefined {
  return (text) => {
    if (text === undefined) return undefined;
    if (/^[0-9]{1,15}$/.test(text)) return Number(text);
    throw new UsageError(`--${flag} is a whole number from 0 on, not "${text}".`);
  };
}

/** Reads a port: 0 to 65535. */
export function port(flag: string): (text: string | number) => number {
  return (text) => {
    const value = /^[0-9]{1,5}$/.test(String(text)) ? Number(text) : Number.NaN;
    if (!(value <= 65_535)) {
      throw new UsageError(`--${flag} is a number from 0 to 65535 (0: any free), not "${text}".`);
    }
    return value;
  };
}

/** Reads a whole number from 1 on. */
export function wholeNumber(flag: string, most: number): (text: string | number) => number {
  return (text) => {
    const value = /^[0-9]{1,16}$/.test(String(text)) ? Number(text) : 0;
    if (value >= 1 && value <= most) return value;
    throw new UsageError(`--${flag} is a number from 1 to ${most}, not "${text}".`);
  };
}

/** Reads a name as the wire takes it. An absent flag stays absent. */
export function wireName(flag: string, pattern = namePattern) {
  return <Text extends string | undefined>(text: Text): Text => {
    if (text === undefined || pattern.test(text)) return text;
    const blanks = pattern === peerNamePattern ? ', with single blanks between' : '';
    const equals = pattern === labelPattern ? ' =' : '';
    const instead = /[\p{L}\p{N}]/u.test(text) ? `: ${nearestName(text)}, say` : '';
    throw new UsageError(
      `--${flag} is 1 to 100 letters, digits or . _ : @ + -${equals}${blanks}, not "${text}"${instead}.`,
    );
  };
}

/** Reads the host to listen on; an IPv6 address may stand in brackets, as before a port. */
export function hostName(text: string): string {
  return parseHost(text) ?? text;
}

/** Reads names or addresses of hosts, with commas between. */
export function hostNames(flag: string): (text: string) => string[] {
  return (text) =>
    text
      .split(',')
      .filter((name) => name !== '')
      .map((name) => {
        const host = parseHost(name);
        if (host !== null) return host;
        throw new UsageError(`--${flag} is hosts with commas between, not "${text}".`);
      });
}

/** Reads the address of a dispatcher. */
export function dispatcherAddress(text: string): Address {
  const address = parseAddress(text);
  if (address !== null && address.port > 0) return address;
  throw new UsageError(`--dispatcher-server is host:port, such as localhost:8888, not "${text}".`);
}
