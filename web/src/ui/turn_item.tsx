import type { Persona } from '../api/types';
import { words } from '../i18n';
import type { Conversation, Turn } from '../state/conversation';
import { isFinal } from '../state/turn';
import { Avatar } from './avatar';
import { EditForm } from './edit_form';
import { Icon } from './icon';
import { Paragraphs } from './paragraphs';
import { ProblemNote } from './problem_note';
import { Stars } from './stars';
import { TurnFacts } from './turn_facts';
import { neighbour, VersionSwitch } from './version_switch';

interface Props {
  conversation: Conversation;
  turn: Turn;
  /** Its place among the `rows` turns of the branch. */
  row: number;
  rows: number;
  /** A new turn is on its way, to stand at the end. */
  onSay: () => void;
  persona: Persona;
  /** The scenario's language, not the page's. */
  spoken: string;
}

export function TurnItem({ conversation, turn, row, rows, onSay, persona, spoken }: Props) {
  const text = words.value;
  const view = turn.view.value;
  const live = !isFinal(view);
  const edit = conversation.editing.value;
  const regenerate = () => {
    onSay();
    conversation.regenerate(turn);
  };
  const beginEdit = () => (conversation.editing.value = { turn, text: view.user });

  const onKeyDown = (event: KeyboardEvent) => {
    // Only on the turn itself: its buttons and fields have keys of their own.
    const onTurn = event.target === event.currentTarget;
    const onSwitch = (event.target as HTMLElement).closest('.versions') !== null;
    if (event.altKey || event.ctrlKey || event.metaKey || view.number === null || live) return;
    const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : null;
    if (by !== null && (onTurn || onSwitch)) {
      const to = neighbour(view, by);
      event.preventDefault();
      if (to !== null) void conversation.show(to);
    } else if (onTurn && event.key === 'e' && !conversation.busy.value) {
      event.preventDefault();
      beginEdit();
    } else if (onTurn && event.key === 'r' && !conversation.busy.value) regenerate();
  };

  return (
    <li
      class="turn"
      tabIndex={-1}
      aria-setsize={rows}
      aria-posinset={row + 1}
      data-row={row}
      data-turn={view.number}
      data-phase={view.phase}
      onKeyDown={onKeyDown}
    >
      {edit?.turn === turn ? (
        <EditForm conversation={conversation} edit={edit} spoken={spoken} onSay={onSay} />
      ) : (
        <div class="user">
          {view.number !== null && !live && (
            <Action name={text.edit} icon="pencil" disabled={conversation.busy.value} onClick={beginEdit} />
          )}
          <span class="unseen">{text.you}</span>
          <p class="bubble" lang={spoken}>
            {view.user}
          </p>
        </div>
      )}
      {view.phase === 'queued' && (
        <p class="queued">
          {text.queued}
          <button type="button" class="plain" onClick={() => conversation.discard(turn)}>
            {text.cancel}
          </button>
        </p>
      )}
      {((live && view.phase !== 'queued') || view.text) && (
        <div class="npc">
          <Avatar name={persona.name} />
          <div class="npc-body">
            <span class="unseen">{persona.name}</span>
            <p class={live ? 'bubble live' : 'bubble'} lang={spoken} data-answer>
              <Paragraphs text={view.text} />
            </p>
            {view.restarted && <p class="turn-note">{text.restarted}</p>}
            {view.phase === 'stopped' && <p class="turn-note">{text.stopped}</p>}
            {view.phase !== 'failed' && <TurnFacts view={view} scenario={conversation.session.value?.scenario} />}
          </div>
        </div>
      )}
      {view.problem && (
        <ProblemNote
          problem={view.problem}
          onRetry={() => conversation.resend(turn)}
          onDismiss={view.number === null ? () => conversation.discard(turn) : undefined}
        />
      )}
      {view.number !== null && !live && (
        <div class="turn-actions">
          {view.phase !== 'failed' && (
            <Stars turn={view.number} value={view.rating} onRate={(rating) => void conversation.rate(turn, rating)} />
          )}
          <Action
            name={text.regenerate}
            icon="again"
            disabled={conversation.busy.value}
            onClick={regenerate}
          />
          <VersionSwitch conversation={conversation} view={view} />
        </div>
      )}
    </li>
  );
}

interface ActionProps {
  name: string;
  icon: 'pencil' | 'again';
  disabled: boolean;
  onClick: () => void;
}

function Action({ name, icon, disabled, onClick }: ActionProps) {
  return (
    <button type="button" class="icon-button" aria-label={name} title={name} disabled={disabled} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
