import { useRef } from 'preact/hooks';
import { words } from '../i18n';
import { model, scenarioById } from '../state/app';
import type { Conversation } from '../state/conversation';
import { Avatar } from './avatar';
import { CoachPanel } from './coach_panel';
import { Composer } from './composer';
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
    <main class="front">
      {problem ? (
        <ProblemNote
          problem={problem.status === 404 ? { ...problem, title: text.sessionGone, detail: '' } : problem}
          onRetry={problem.status === 404 ? undefined : () => void conversation.open()}
        />
      ) : (
        <p class="quiet">{text.loading}</p>
      )}
      <a href="#/">{text.home}</a>
    </main>
  );
}

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
  return (
    <div class="talk">
      <main class="talk-main">
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
              <ol>
                {conversation.turns.value.map((turn) => (
                  <TurnItem key={turn.key} conversation={conversation} turn={turn} persona={persona} spoken={spoken} />
                ))}
              </ol>
            </div>
          </div>
          <LostNote conversation={conversation} />
          {!tail.atEnd.value && (
            <button type="button" class="to-end" onClick={tail.toEnd}>
              ↓ {text.toEnd}
            </button>
          )}
        </div>
        {problem && <ProblemNote problem={problem} onDismiss={() => (conversation.problem.value = null)} />}
        <Composer
          conversation={conversation}
          suggestions={conversation.turns.value.length === 0 ? (scenario?.suggestions ?? []) : []}
          spoken={spoken}
          onSend={tail.toEnd}
        />
      </main>
      <CoachPanel turns={conversation.turns.value} spoken={spoken} />
    </div>
  );
}

/** Lies over the conversation instead of pushing it down. */
function LostNote({ conversation }: { conversation: Conversation }) {
  const attempt = conversation.lost.value;
  if (attempt === 0) return null;
  return (
    <div class="lost" role="status">
      {words.value.reconnecting(attempt)}
      <button type="button" class="plain" onClick={() => conversation.retryNow()}>
        {words.value.retryNow}
      </button>
    </div>
  );
}
