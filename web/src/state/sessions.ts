// The list of conversations and the search in it.
import { batch, computed, signal, type ReadonlySignal } from '@preact/signals';
import * as api from '../api/client';
import { later, type Later } from '../api/later';
import { asProblem, type Problem } from '../api/problem';
import type { Page, SessionSummary } from '../api/types';

const kPerPage = 20;
/** A search begins when the fingers rest this long. */
const kDebounceMs = 200;

export class SessionList {
  /** What is in the search field. */
  readonly query = signal('');
  /** What the items answer: follows `query` once the server has answered. */
  readonly answered = signal('');
  /** Null before the first answer. */
  readonly items = signal<readonly SessionSummary[] | null>(null);
  readonly next = signal<string | null>(null);
  readonly problem = signal<Problem | null>(null);
  readonly searching: ReadonlySignal<boolean> = computed(() => this.query.value.trim() !== this.answered.value);

  #asked = 0;
  #callOff = () => {};

  constructor(private readonly after: Later = later) {}

  search(text: string): void {
    this.query.value = text;
    this.#callOff();
    this.#callOff = this.after(() => void this.reload(), kDebounceMs);
  }

  /** The first page anew. */
  async reload(): Promise<void> {
    await this.#ask(null, (page) => page);
  }

  /** Brings the newest sessions up to date and keeps the pages already fetched. */
  async refresh(): Promise<void> {
    const { items, next } = this;
    const kept = next.peek();
    if (items.peek() === null || kept === null || this.searching.peek()) return this.reload();
    await this.#ask(null, (page) => {
      const fresh = new Set(page.items.map((item) => item.session_id));
      const older = items.peek()!.filter((item) => !fresh.has(item.session_id));
      return { items: [...page.items, ...older], next: older.length > 0 ? kept : page.next };
    });
  }

  async more(): Promise<void> {
    const cursor = this.next.peek();
    if (cursor === null) return;
    await this.#ask(cursor, (page) => {
      const known = new Set(this.items.peek()?.map((item) => item.session_id));
      const older = page.items.filter((item) => !known.has(item.session_id));
      return { items: [...(this.items.peek() ?? []), ...older], next: page.next };
    });
  }

  /** Deletes for good. False when the server would not; `problem` says why. */
  async remove(session: string): Promise<boolean> {
    try {
      await api.deleteSession(session);
    } catch (error) {
      const problem = asProblem(error);
      // Somebody else has deleted it already: that is what was wanted.
      if (problem.status !== 404) {
        this.problem.value = problem;
        return false;
      }
    }
    this.items.value = this.items.peek()?.filter((item) => item.session_id !== session) ?? null;
    return true;
  }

  /** An answer that a later question has overtaken is dropped. */
  async #ask(cursor: string | null, merge: (page: Page<SessionSummary>) => Page<SessionSummary>): Promise<void> {
    const asked = ++this.#asked;
    const words = this.query.peek().trim();
    try {
      const page = await api.listSessions(words, cursor, kPerPage);
      if (asked !== this.#asked) return;
      batch(() => {
        const list = merge(page);
        this.items.value = list.items;
        this.next.value = list.next;
        this.answered.value = words;
        this.problem.value = null;
      });
    } catch (error) {
      if (asked !== this.#asked) return;
      batch(() => {
        this.answered.value = words;
        this.problem.value = asProblem(error);
      });
    }
  }
}

/** `text` cut where one of the `words` stands, whatever its case and width: odd pieces are the words. */
export function cutAt(text: string, words: string): string[] {
  const wanted = [...new Set(fold(words).split(/\s+/))].filter((word) => word !== '');
  const folded = fold(text);
  // Folding that changes the length would mark the wrong letters: then nothing is marked.
  if (wanted.length === 0 || folded.length !== text.length) return [text];
  const pattern = new RegExp(wanted.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g');
  const pieces: string[] = [];
  let start = 0;
  for (const { index, 0: word } of folded.matchAll(pattern)) {
    pieces.push(text.slice(start, index), text.slice(index, index + word.length));
    start = index + word.length;
  }
  return [...pieces, text.slice(start)];
}

const fold = (text: string) => text.normalize('NFKC').toLowerCase();
