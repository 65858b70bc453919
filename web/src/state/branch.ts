// The turns of a branch, as a list. Pure.
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { TurnView } from './turn';

/** A turn's own signal: a delta repaints that turn and nothing else. */
export interface Turn {
  readonly key: number;
  readonly view: Signal<TurnView>;
  /** Answered, in whole or up to a stop. Changes once, where `view` changes with every delta. */
  readonly answered: ReadonlySignal<boolean>;
}

export const views = (turns: readonly Turn[]) => turns.map((turn) => turn.view.peek());

/** The number of the last turn that has one; 0 when none has. */
export const lastNumber = (turns: readonly Turn[]) => findLast(turns, isNumbered)?.view.peek().number ?? 0;

export const isNumbered = (turn: Turn) => turn.view.peek().number !== null;

/** Searched from the end, where what is asked for mostly is. */
export const numbered = (turns: readonly Turn[], number: number) => findLast(turns, (turn) => turn.view.peek().number === number);

export function findLast<T>(items: readonly T[], wanted: (item: T) => boolean): T | null {
  for (let index = items.length - 1; index >= 0; --index) {
    if (wanted(items[index]!)) return items[index]!;
  }
  return null;
}
