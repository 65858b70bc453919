// What lies over the page.
import { signal } from '@preact/signals';

export type Panel = 'sessions' | 'shortcuts';

export const panels = signal<Panel | null>(null);

/** Whether the list of conversations has a column of its own; else it is a sheet. The style sheets know the same width. */
const wide = matchMedia('(min-width: 72rem)');
export const hasColumn = signal(wide.matches);
wide.addEventListener('change', () => {
  hasColumn.value = wide.matches;
  if (wide.matches && panels.peek() === 'sessions') panels.value = null;
});
