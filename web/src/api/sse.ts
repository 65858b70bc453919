// A server-sent-event reader over bytes, because EventSource can neither POST nor set Last-Event-ID.

export interface SseEvent {
  /** The last `id:` seen, also when it came with an earlier event. */
  id: string;
  type: string;
  data: string;
}

const kMaxBufferedChars = 4 << 20;

/**
 * Bytes in, events out, by the WHATWG rules: LF, CR or CRLF end a line, a blank line ends an event, an unfinished event at the
 * end of the stream is dropped. Bytes may be cut anywhere, inside a character too.
 */
export class SseParser {
  #decoder = new TextDecoder();
  #line = '';
  #afterCr = false;
  #type = '';
  #data: string[] = [];
  #buffered = 0;
  #id = '';

  push(bytes: Uint8Array): SseEvent[] {
    const events: SseEvent[] = [];
    let text = this.#decoder.decode(bytes, { stream: true });
    if (this.#afterCr && text !== '') {
      if (text.startsWith('\n')) text = text.slice(1);
      this.#afterCr = false;
    }
    let start = 0;
    for (const { index } of text.matchAll(/\r\n|\r|\n/g)) {
      // CRLF is one match, so what is skipped is read off the text itself.
      this.#endLine(this.#line + text.slice(start, index), events);
      this.#line = '';
      start = index + (text.startsWith('\r\n', index) ? 2 : 1);
    }
    if (text.endsWith('\r')) this.#afterCr = true;
    this.#line += text.slice(start);
    if (this.#line.length + this.#buffered > kMaxBufferedChars) throw new Error('an event is larger than the page accepts');
    return events;
  }

  #endLine(line: string, events: SseEvent[]): void {
    if (line === '') {
      if (this.#data.length > 0) events.push({ id: this.#id, type: this.#type || 'message', data: this.#data.join('\n') });
      this.#type = '';
      this.#data = [];
      this.#buffered = 0;
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#type = value;
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    if (field === 'data') {
      this.#data.push(value);
      this.#buffered += value.length;
    }
  }
}
