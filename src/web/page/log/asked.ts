/**
 * Owns how the page asks for something of a log, and what it is told where it gets none.
 */

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, says: string) {
    super(says);
    this.status = status;
  }
}

/** What that error means to whoever looks; status 0: nobody has answered. */
export function asRefusal(error: unknown): { readonly status: number; readonly says: string } {
  if (error instanceof Refusal) return { status: error.status, says: error.message };
  return { status: 0, says: 'The dispatcher cannot be reached' };
}

/** Rejects with what `asRefusal` reads. */
export async function fetched<Body>(url: string, signal: AbortSignal | null = null): Promise<Body> {
  const response = await fetch(url, { signal });
  const body = await response.json();
  if (!response.ok) throw new Refusal(response.status, String(body.error));
  return body;
}
