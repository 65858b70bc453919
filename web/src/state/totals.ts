import type { Cost } from '../api/types';
import type { TurnView } from './turn';

export interface Totals {
  input: number;
  output: number;
  /** Null before the first settled turn, and when turns were billed in different currencies. */
  cost: Cost | null;
}

export function totals(turns: readonly TurnView[]): Totals {
  const costs = turns.flatMap((turn) => (turn.cost ? [turn.cost] : []));
  const currency = costs[0]?.currency;
  const summable = currency !== undefined && costs.every((cost) => cost.currency === currency);
  return {
    input: turns.reduce((sum, turn) => sum + (turn.usage?.input_tokens ?? 0), 0),
    output: turns.reduce((sum, turn) => sum + (turn.usage?.output_tokens ?? 0), 0),
    cost: summable ? { micros: costs.reduce((sum, cost) => sum + cost.micros, 0), currency } : null,
  };
}
