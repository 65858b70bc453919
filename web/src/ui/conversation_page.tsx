import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { words } from '../i18n';
import { kFront } from '../state/address';
import { model, online, scenarioById, wantedTurn } from '../state/app';
import type { Conversation } from '../state/conversation';
import { Avatar } from './avatar';
import { CoachPanel } from './coach_panel';
import { Composer } from './composer';
import { LongList, type Goal } from './long_list';
import { ModelNote } from './model_note';
import { ProblemNote } from './problem_note';
import { SessionBar } from './session_bar';
import { useTail } from './tail';
import { TurnItem } from './turn_item';

export function ConversationPage({ conversation }: { conversation: Conversation }) {
  const session = conversation.session.value;
  if (session) return <OpenConversation conversation={conversation} />;
  const text = words.value;
  const problem = conversation.problem.value;
  return (
    <main class="front" tabIndex={-1}>
      <h1 class="unseen">{text.messages}</h1>
      {problem ? (
        <ProblemNote
          problem={problem.status === 404 ? { ...problem, title: text.sessionGone, detail: '' } : problem}
          onRetry={problem.status === 404 ? undefined : () => conversation.retry()}
        />
      ) : (
        <p class="quiet">{text.loading}</p>
      )}
      <a href={kFront}>{text.home}</a>
    </main>
  );
}

/** An ordinary turn's height. */
const kTurnPx = 190;

function OpenConversation({ conversation }: { conversation: Conversation }) {
  const text = words.value;
  const scroller = useRef<HTMLDivElement>(null);
  const tail = useTail(scroller);
  const session = conversation.session.value!;
  const scenario = scenarioById(session.scenario);
  const persona = session.persona ?? scenario?.persona ?? { name: session.scenario, role: '' };
  const opening = session.opening ?? scenario?.opening ?? '';
  const spoken = session.language ?? scenario?.language ?? '';
  const problem = conversation.problem.value;
  const turns = conversation.turns.value;
  const goal = useSignal<Goal | null>(null);
  const wanted = turns.findIndex((turn) => wantedTurn.value !== null && turn.view.peek().number === wantedTurn.value);
  const step = (by: number) => {
    const current = document.activeElement?.closest<HTMLElement>('.turn')?.dataset['row'];
    const row = current === undefined ? turns.length - 1 : Number(current) + by;
    if (row >= 0 && row < turns.length) goal.value = { row, focus: true };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    step(event.key === 'ArrowUp' ? -1 : 1);
  };
  return (
    <div class="talk" onKeyDown={onKeyDown}>
      <main class="talk-main" tabIndex={-1}>
        <SessionBar conversation={conversation} persona={persona} scenario={scenario} />
        <div class="talk-space">
          <div class="scroller" ref={scroller} tabIndex={0} role="region" aria-label={text.messages}>
            <div class="turns">
              {model.value && <ModelNote model={model.value} />}
              {opening && (
                <div class="npc">
                  <Avatar name={persona.name} />
                  <p class="bubble" lang={spoken}>
                    {opening}
                  </p>
                </div>
              )}
              <LongList
                items={turns}
                scroller={scroller}
                tail={tail}
                estimate={kTurnPx}
                goal={wanted >= 0 ? { row: wanted, focus: false } : goal.value}
                onGoal={() => (wantedTurn.value = goal.value = null)}
                row={(turn, row) => (
                  // By its place, so that another version of a turn takes over its buttons and with them the focus.
                  <TurnItem
                    key={row}
                    conversation={conversation}
                    turn={turn}
                    row={row}
                    rows={turns.length}
                    onSay={tail.toEnd}
                    persona={persona}
                    spoken={spoken}
                  />
                )}
              />
            </div>
          </div>
          <LostNote conversation={conversation} />
          {!tail.atEnd.value && (
            <button type="button" class="to-end" onClick={tail.toEnd}>
              {text.toEnd}
            </button>
          )}
        </div>
        {problem && <ProblemNote problem={problem} onDismiss={() => (conversation.problem.value = null)} />}
        <Composer
          conversation={conversation}
          suggestions={turns.length === 0 ? (scenario?.suggestions ?? []) : []}
          spoken={spoken}
          onSend={tail.toEnd}
        />
      </main>
      <CoachPanel turns={conversation.answered.value} spoken={spoken} />
    </div>
  );
}

/** Lies over the conversation instead of pushing it down. */
function LostNote({ conversation }: { conversation: Conversation }) {
  const text = words.value;
  const attempt = conversation.lost.value;
  if (attempt === 0) return null;
  return (
    <div class="lost" role="status">
      <p>
        <strong>{online.value ? text.reconnecting(attempt) : text.offline}</strong> {text.offlineNote}
      </p>
      <button type="button" class="plain" onClick={() => conversation.retryNow()}>
        {text.retryNow}
      </button>
    </div>
  );
}
