// Light, dark, or as the system has it.
import { effect, signal } from '@preact/signals';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const kStorageKey = 'rondo.theme';

export const theme = signal<Theme>('system');

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  try {
    localStorage.setItem(kStorageKey, chosen);
  } catch {
    // The choice then lasts as long as the page.
  }
}

/** Ties <html data-theme> and the browser's own frame to the choice. Call once. */
export function startTheme(): void {
  theme.value = stored();
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const systemDark = signal(dark.matches);
  dark.addEventListener('change', () => (systemDark.value = dark.matches));
  effect(() => {
    const root = document.documentElement;
    root.dataset['theme'] = theme.value === 'system' ? (systemDark.value ? 'dark' : 'light') : theme.value;
    const paper = getComputedStyle(root).getPropertyValue('--paper');
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) meta.content = paper;
  });
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(kStorageKey);
    return themes.find((known) => known === value) ?? 'system';
  } catch {
    return 'system';
  }
}
