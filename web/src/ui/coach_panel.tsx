import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { words } from '../i18n';
import type { AdviceState } from '../state/advice';
import type { Turn } from '../state/conversation';
import { LongList } from './long_list';
import { useTail } from './tail';

interface Props {
  /** Those that have an answer. */
  turns: readonly Turn[];
  spoken: string;
}

/** An ordinary piece of advice's height. */
const kAdvicePx = 130;

/** A column of its own, or on a narrow screen a bar whose sheet opens over the conversation: advice never moves what is read. */
export function CoachPanel({ turns, spoken }: Props) {
  const text = words.value;
  const open = useSignal(false);
  const list = useRef<HTMLDivElement>(null);
  const tail = useTail(list);
  const latest = turns[turns.length - 1]?.view.value.advice;
  return (
    <aside class="coach" aria-labelledby="coach-title">
      <h2 id="coach-title">{text.coach}</h2>
      <button
        type="button"
        class="coach-bar"
        aria-expanded={open.value}
        aria-controls="coach-list"
        onClick={() => (open.value = !open.value)}
      >
        <strong>{text.coach}</strong>
        <span lang={spoken}>{summary(latest)}</span>
      </button>
      <div
        id="coach-list"
        class={open.value ? 'coach-list open' : 'coach-list'}
        ref={list}
        tabIndex={0}
        role="region"
        aria-labelledby="coach-title"
      >
        <div>
          {turns.length === 0 && <p class="quiet">{text.coachEmpty}</p>}
          <LongList
            items={turns}
            scroller={list}
            tail={tail}
            estimate={kAdvicePx}
            row={(turn) => <AdviceItem key={turn.key} turn={turn} spoken={spoken} />}
          />
        </div>
      </div>
    </aside>
  );
}

function summary(advice: AdviceState | undefined): string {
  const text = words.value;
  if (advice === undefined) return '';
  if (advice === 'pending') return text.coachPending;
  return advice[0] ? advice[0].title || advice[0].text : text.coachNothing;
}

function AdviceItem({ turn, spoken }: { turn: Turn; spoken: string }) {
  const text = words.value;
  const { number, advice } = turn.view.value;
  const pending = advice === 'pending';
  return (
    <li class="advice-row">
    <div class="advice" data-advice-turn={number} data-pending={pending}>
      <h3>{text.turn(number ?? 0)}</h3>
      {pending && <p class="pending">{text.coachPending}</p>}
      {!pending && advice.length === 0 && <p class="quiet">{text.coachNothing}</p>}
      {!pending &&
        advice.map((entry) => (
          <div key={entry.title + entry.text} class={`advice-entry severity-${entry.severity || 'none'}`} lang={spoken}>
            {entry.title && <strong>{entry.title}</strong>}
            {entry.text && <p>{entry.text}</p>}
          </div>
        ))}
      </div>
    </li>
  );
}
