// What was said and is not known to be accepted yet, kept over a reload. The server knows a message by its id, so sending it
// again is harmless.
import type { NewTurn } from '../api/types';

/** More than this is not said while nobody listens. */
export const kMostKept = 8;

const key = (session: string) => `rondo.outbox.${session}`;

export function keep(session: string, message: NewTurn): void {
  store(session, [...kept(session), message]);
}

/** In the order in which it was said. */
export function kept(session: string): NewTurn[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key(session)) ?? '[]');
    return (Array.isArray(value) ? value : []).slice(0, kMostKept).flatMap(one);
  } catch {
    return [];
  }
}

export function forget(session: string, messageId: string): void {
  const all = kept(session);
  const left = all.filter(({ message_id }) => message_id !== messageId);
  if (left.length < all.length) store(session, left);
}

function store(session: string, messages: NewTurn[]): void {
  try {
    if (messages.length === 0) sessionStorage.removeItem(key(session));
    else sessionStorage.setItem(key(session), JSON.stringify(messages));
  } catch {
    // Storage is full or forbidden: the message is only lost if the page closes before the server accepts it.
  }
}

function one(value: unknown): NewTurn[] {
  const { message_id, user_message, ...places } = (value ?? {}) as Partial<NewTurn>;
  if (typeof message_id !== 'string' || typeof user_message !== 'string') return [];
  const numbers = (['parent_turn', 'edit', 'regenerate'] as const).flatMap((name) =>
    typeof places[name] === 'number' ? [[name, places[name]] as const] : [],
  );
  return [{ message_id, user_message, ...Object.fromEntries(numbers) }];
}

/** 128 random bits in hex. `crypto.randomUUID` is missing on plain-http addresses other than localhost. */
export function newMessageId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
