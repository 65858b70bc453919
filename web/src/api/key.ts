// The API key that requests are sent with. It lives as long as the tab: whoever comes after us at this computer has to know it.
import type { Problem } from './problem';

const kStorageKey = 'rondo.key';

let memory = '';
let refused: (problem: Problem) => void = () => {};

function stored(): string {
  try {
    return sessionStorage.getItem(kStorageKey) ?? '';
  } catch {
    return '';
  }
}

/** The headers with the key, when there is one. */
export function withKey(headers: HeadersInit | undefined): Headers {
  const all = new Headers(headers);
  const key = memory || stored();
  if (key !== '') all.set('Authorization', `Bearer ${key}`);
  return all;
}

/** What is not a key's letters cannot be sent in a header and is left out. */
export function keepKey(key: string): void {
  memory = key.replace(/[^\x21-\x7e]/g, '');
  try {
    sessionStorage.setItem(kStorageKey, memory);
  } catch {
    // No storage: it then lasts as long as the page.
  }
}

/** Called whenever the server wants a key, or another one. */
export function onKeyRefused(listener: (problem: Problem) => void): void {
  refused = listener;
}

export const tellKeyRefused = (problem: Problem) => refused(problem);
