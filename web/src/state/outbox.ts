// What was said and is not known to be accepted yet, kept over a reload. The server knows a message by its id, so sending it
// again is harmless.
import type { NewTurn } from '../api/types';

const key = (session: string) => `rondo.outbox.${session}`;

export function keep(session: string, message: NewTurn): void {
  try {
    sessionStorage.setItem(key(session), JSON.stringify(message));
  } catch {
    // Storage is full or forbidden: the message is only lost if the page closes before the server accepts it.
  }
}

export function kept(session: string): NewTurn | null {
  try {
    const value = JSON.parse(sessionStorage.getItem(key(session)) ?? 'null') as Partial<NewTurn> | null;
    if (typeof value?.message_id !== 'string' || typeof value.user_message !== 'string') return null;
    const { message_id, user_message, parent_turn, regenerate } = value;
    return {
      message_id,
      user_message,
      ...(typeof parent_turn === 'number' ? { parent_turn } : {}),
      ...(typeof regenerate === 'number' ? { regenerate } : {}),
    };
  } catch {
    return null;
  }
}

export function forget(session: string): void {
  try {
    sessionStorage.removeItem(key(session));
  } catch {
    // Nothing was kept, then.
  }
}

/** 128 random bits in hex. `crypto.randomUUID` is missing on plain-http addresses other than localhost. */
export function newMessageId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
