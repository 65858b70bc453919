// Whether the page has to ask for an API key, and what happens with the one that is given.
import { signal } from '@preact/signals';
import { keepKey, onKeyRefused } from '../api/key';
import type { Problem } from '../api/problem';

/** Why the server let us not in; null while it does, or after the question was put aside. */
export const keyProblem = signal<Problem | null>(null);

/** Call once. */
export function startKey(): void {
  onKeyRefused((problem) => (keyProblem.value = problem));
}

/** Begins anew with the key: nothing of what was loaded without it is of use. */
export function useKey(key: string): void {
  keepKey(key);
  location.reload();
}
