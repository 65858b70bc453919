// What a browser has and Node lacks, and how to wait for a claim.
import { webcrypto } from 'node:crypto';
import { effect } from '@preact/signals';

const stored = new Map<string, string>();
// Node 18 has crypto, but not as a global.
if (!('crypto' in globalThis)) Object.assign(globalThis, { crypto: webcrypto });
Object.assign(globalThis, {
  sessionStorage: {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  },
});

export const clearStorage = () => stored.clear();

/** Resolves once the signals say so; a claim that never comes true hangs the test, which node then names. */
export function until(claim: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const dispose = effect(() => {
      if (claim()) queueMicrotask(() => (dispose(), resolve()));
    });
  });
}
