// Coach advice comes in the packs' own shapes: a string, an object, or a list of them.

export interface Advice {
  title: string;
  text: string;
  severity: string;
}

/** `pending` while the coach is still thinking; an empty list when it had nothing to say. */
export type AdviceState = 'pending' | readonly Advice[];

export function readAdvice(value: unknown): AdviceState {
  if (value === 'pending') return 'pending';
  return (Array.isArray(value) ? value : [value]).flatMap(one);
}

function one(value: unknown): Advice[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [{ title: '', text: value, severity: '' }];
  if (typeof value !== 'object' || value === null) return [];
  const fields = value as Record<string, unknown>;
  const text = firstText(fields, ['text', 'advice', 'message']);
  const title = firstText(fields, ['title']);
  return text === '' && title === '' ? [] : [{ title, text, severity: firstText(fields, ['severity']).toLowerCase() }];
}

function firstText(fields: Record<string, unknown>, keys: string[]): string {
  for (const key of keys) {
    const value = fields[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}
