// The chosen language and how it writes numbers, money and dates.
import { computed, effect, signal } from '@preact/signals';
import type { Cost } from '../api/types';
import { en, type Words } from './en';
import { zh } from './zh';

const dictionaries = { zh, en } satisfies Record<string, Words>;
export type Language = keyof typeof dictionaries;
/** `short` is for where there is no room; it begins like the name, so that what is seen can be said. */
export const languages: readonly { code: Language; name: string; short: string; tag: string }[] = [
  { code: 'zh', name: '中文', short: '中', tag: 'zh-CN' },
  { code: 'en', name: 'English', short: 'En', tag: 'en' },
];

const kStorageKey = 'rondo.language';

export const language = signal<Language>(initial());
export const words = computed<Words>(() => dictionaries[language.value]);

function initial(): Language {
  try {
    const stored = localStorage.getItem(kStorageKey);
    if (stored === 'zh' || stored === 'en') return stored;
  } catch {
    // No storage: the browser's own language decides.
  }
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function chooseLanguage(code: Language): void {
  language.value = code;
  try {
    localStorage.setItem(kStorageKey, code);
  } catch {
    // The choice then lasts as long as the page.
  }
}

/** Keeps <html lang> true. Call once. */
export function startI18n(): void {
  effect(() => {
    document.documentElement.lang = localeOf(language.value);
  });
}

const localeOf = (code: Language) => languages.find((entry) => entry.code === code)!.tag;

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(localeOf(language.value)).format(value);
}

export function formatPercent(value: number): string {
  return new Intl.NumberFormat(localeOf(language.value), { style: 'percent' }).format(value);
}

/** Micro-units of a currency, to the last one that counts. */
export function formatCost(cost: Cost): string {
  try {
    const format = { style: 'currency', currency: cost.currency, maximumFractionDigits: 6 } as const;
    return new Intl.NumberFormat(localeOf(language.value), format).format(cost.micros / 1e6);
  } catch {
    return `${cost.micros / 1e6} ${cost.currency}`;
  }
}

export function formatMs(ms: number): string {
  if (ms < 1) return '< 1 ms';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** ISO text, or milliseconds since 1970. */
export function formatTime(at: string | number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  return new Intl.DateTimeFormat(localeOf(language.value), { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}
