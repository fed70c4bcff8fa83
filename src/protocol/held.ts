/**
 * Owns the bytes that came and were not consumed yet: one buffer that grows by doubling.
 * Never allocates what a peer announces, only what it sent; a peer that sends single bytes
 * costs no more than one that sends them together.
 *
 *   [ consumed | held ......... | room ]
 *              ^ start          ^ end
 */
export class Held {
  #buffer: Buffer = nothing;
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** What is held, without copying; valid until the next `add`. */
  view(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  first(): number | undefined {
    return this.length > 0 ? this.#buffer[this.#start] : undefined;
  }

  add(bytes: Uint8Array): void {
    if (this.length === 0) {
      // The common case, a message a packet: nothing is copied, the packet itself is held.
      this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#start = 0;
      this.#end = bytes.byteLength;
      return;
    }
    if (this.#end + bytes.byteLength > this.#buffer.length) this.#grow(bytes.byteLength);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.byteLength;
  }

  /** Removes and returns the first `count` bytes. They stay as they are: room is never reused. */
  take(count: number): Buffer {
    const taken = this.#buffer.subarray(this.#start, this.#start + count);
    this.#start += count;
    // Else a connection that lingers would keep what was taken of it.
    if (this.length === 0) this.#buffer = nothing;
    return taken;
  }

  #grow(bytes: number): void {
    const held = this.length;
    const room = Math.max(bytes, Math.min(held, growthBytesMax));
    const grown = Buffer.allocUnsafe(held + room);
    this.view().copy(grown);
    this.#buffer = grown;
    this.#start = 0;
    this.#end = held;
  }
}

const nothing = Buffer.alloc(0);

/** Doubling stops here, so that a large body leaves no more than this unused. */
const growthBytesMax = 4 * 1_024 * 1_024;
