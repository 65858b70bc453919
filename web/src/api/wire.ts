// Protocol buffers' bytes. proto.ts, made from proto/rondo.proto, says which field is which; here is how each is written.

export const kNoBytes = new Uint8Array();

/** Up to here text is read byte by byte, which costs less than calling the decoder. A delta is mostly that short. */
const kShortBytes = 48;

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const float = new Float32Array(1);
const floatBytes = new Uint8Array(float.buffer);

function broken(): Error {
  return new Error('a frame is damaged');
}

/** The UTF-16 unit of a character of three bytes; 0 when they are none. */
function threeBytes(first: number, second: number, third: number): number {
  if ((first & 0xf0) !== 0xe0 || (second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80) return 0;
  const unit = ((first & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);
  return unit < 0x800 || (unit & 0xf800) === 0xd800 ? 0 : unit;
}

/** Reads one message. Never reads past its end, whatever a length claims; every method throws at damage. */
export class Reader {
  #bytes: Uint8Array;
  #at = 0;
  /** Where the innermost message ends. */
  #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  more(): boolean {
    return this.#at < this.#end;
  }

  /** A tag, too. What a sender put beyond 32 bits is dropped. */
  uint32(): number {
    let byte = this.#byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 70; shift += 7) {
      byte = this.#byte();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw broken();
  }

  /** Exact up to 2^53. */
  int64(): number {
    let [low, high] = [0, 0];
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      if (shift < 32) low |= (byte & 0x7f) << shift;
      if (shift > 24) high |= shift < 32 ? (byte & 0x7f) >>> (32 - shift) : (byte & 0x7f) << (shift - 32);
      if (byte < 0x80) return high * 0x1_0000_0000 + (low >>> 0);
    }
    throw broken();
  }

  bool(): boolean {
    return this.uint32() !== 0;
  }

  float(): number {
    const at = this.#take(4);
    for (let index = 0; index < 4; ++index) floatBytes[index] = this.#bytes[at + index]!;
    return float[0]!;
  }

  string(): string {
    const size = this.uint32();
    const at = this.#take(size);
    const bytes = this.#bytes;
    if (size > kShortBytes) return decoder.decode(bytes.subarray(at, at + size));
    let text = '';
    for (let index = at; index < at + size; ) {
      const unit = bytes[index]!;
      if (unit < 0x80) {
        text += String.fromCharCode(unit);
        index += 1;
        continue;
      }
      const wide = index + 2 < at + size ? threeBytes(unit, bytes[index + 1]!, bytes[index + 2]!) : 0;
      // What is neither ASCII nor three good bytes, as Chinese is, the decoder knows best.
      if (wide === 0) return decoder.decode(bytes.subarray(at, at + size));
      text += String.fromCharCode(wide);
      index += 3;
    }
    return text;
  }

  bytes(): Uint8Array {
    const size = this.uint32();
    const at = this.#take(size);
    return this.#bytes.slice(at, at + size);
  }

  nested<T>(read: (reader: Reader) => T): T {
    const size = this.uint32();
    const outer = this.#end;
    if (size > outer - this.#at) throw broken();
    this.#end = this.#at + size;
    const value = read(this);
    this.#end = outer;
    return value;
  }

  /** Leaves out the field that `tag` began. */
  skip(tag: number): void {
    const wire = tag & 7;
    if (tag >>> 3 === 0) throw broken();
    if (wire === 0) this.int64();
    else if (wire === 1) this.#take(8);
    else if (wire === 2) this.#take(this.uint32());
    else if (wire === 5) this.#take(4);
    else throw broken();
  }

  skipAll(): void {
    while (this.more()) this.skip(this.uint32());
  }

  #byte(): number {
    if (this.#at >= this.#end) throw broken();
    return this.#bytes[this.#at++]!;
  }

  /** Steps over `size` bytes and says where they began. */
  #take(size: number): number {
    const at = this.#at;
    if (size > this.#end - at) throw broken();
    this.#at = at + size;
    return at;
  }
}

/** Writes one message; grows as needed. */
export class Writer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(64);
  #size = 0;

  uint32(tag: number, value: number): void {
    this.#varint(tag);
    this.#varint(value);
  }

  bool(tag: number, value: boolean): void {
    this.uint32(tag, value ? 1 : 0);
  }

  string(tag: number, value: string): void {
    this.bytes(tag, encoder.encode(value));
  }

  bytes(tag: number, value: Uint8Array): void {
    this.uint32(tag, value.length);
    this.#grow(value.length);
    this.#bytes.set(value, this.#size);
    this.#size += value.length;
  }

  nested(tag: number, write: (writer: Writer) => void): void {
    const inner = new Writer();
    write(inner);
    this.bytes(tag, inner.finish());
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#size);
  }

  #varint(value: number): void {
    this.#grow(5);
    let left = value >>> 0;
    for (; left >= 0x80; left >>>= 7) this.#bytes[this.#size++] = (left & 0x7f) | 0x80;
    this.#bytes[this.#size++] = left;
  }

  #grow(by: number): void {
    if (this.#size + by <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#size + by, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** The length of a text as it travels. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; ++index) {
    const unit = text.charCodeAt(index);
    // Each half of a surrogate pair is two of its four bytes.
    if (unit >= 0x80) bytes += unit < 0x800 || (unit & 0xf800) === 0xd800 ? 1 : 2;
  }
  return bytes;
}
