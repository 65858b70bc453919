// Keys that work anywhere on the page. Each has a modifier, so that none is in the way of writing.
import { goHome } from '../state/app';
import { hasColumn, panels, type Panel } from './panels';

/** Focuses the first that can take it. */
function focusOn(...selectors: string[]): void {
  for (const selector of selectors) {
    const element = document.querySelector<HTMLElement>(selector);
    element?.focus();
    if (element && document.activeElement === element) return;
  }
}

export const focusContent = () => focusOn('main');

function toggle(panel: Panel): void {
  panels.value = panels.peek() === panel ? null : panel;
}

function search(): void {
  if (!hasColumn.peek()) panels.value = 'sessions';
  // A sheet that opens is there after the next frame.
  requestAnimationFrame(() => focusOn('[data-search]'));
}

const actions: Record<string, () => void> = {
  'ctrl+KeyK': search,
  'ctrl+Slash': () => toggle('shortcuts'),
  'alt+KeyN': goHome,
  'alt+KeyM': () => focusOn('.composer textarea'),
  'alt+KeyA': () => focusOn('.coach-list', '.coach-bar'),
};

/** Call once. Keys by their place on the keyboard: Alt makes other letters of them on some systems. */
export function startShortcuts(): void {
  addEventListener('keydown', (event) => {
    if (event.shiftKey || event.isComposing) return;
    const modifier = event.ctrlKey || event.metaKey ? 'ctrl' : event.altKey ? 'alt' : '';
    const action = actions[`${modifier}+${event.code}`];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
