import { useSignal } from '@preact/signals';
import type { SessionSummary } from '../api/types';
import { words } from '../i18n';
import { kFront } from '../state/address';
import { removeSession, sessionList, titleOf } from '../state/app';
import { Icon } from './icon';
import { Modal } from './modal';
import { panels } from './panels';
import { ProblemNote } from './problem_note';
import { SessionItem } from './session_item';

/** The conversations and the search in them. `onLeave`: something was chosen that lies elsewhere. */
export function SessionPanel({ onLeave }: { onLeave?: () => void }) {
  const text = words.value;
  const doomed = useSignal<SessionSummary | null>(null);
  const { query, items, next, problem } = sessionList;
  return (
    <div class="sessions">
      <div class="sessions-head">
        <a class="button" href={kFront} onClick={onLeave}>
          <Icon name="plus" />
          {text.newConversation}
        </a>
        <input
          type="search"
          class="search"
          value={query}
          placeholder={text.search}
          aria-label={text.search}
          aria-controls="session-list"
          data-search
          onInput={(event) => sessionList.search(event.currentTarget.value)}
        />
        <p class="sessions-count quiet" role="status">
          {summary()}
        </p>
      </div>
      {problem.value && <ProblemNote problem={problem.value} onRetry={() => void sessionList.reload()} />}
      <ul id="session-list" class="session-list">
        {items.value?.map((session) => (
          <SessionItem
            key={session.session_id}
            session={session}
            onOpen={onLeave}
            onRemove={() => (doomed.value = session)}
          />
        ))}
      </ul>
      {next.value && (
        <button type="button" class="plain" onClick={() => void sessionList.more()}>
          {text.more}
        </button>
      )}
      {onLeave && (
        <button type="button" class="plain sessions-foot" onClick={() => (panels.value = 'shortcuts')}>
          <Icon name="keyboard" />
          {text.shortcuts}
        </button>
      )}
      {doomed.value && <RemoveQuestion session={doomed.value} onClose={() => (doomed.value = null)} />}
    </div>
  );
}

function summary(): string {
  const text = words.value;
  const { answered, items, next, searching } = sessionList;
  if (items.value === null) return sessionList.problem.value ? '' : text.loading;
  if (searching.value) return text.searching;
  const count = items.value.length;
  if (answered.value === '') return count === 0 ? text.noConversations : '';
  if (count === 0) return text.foundNone;
  return next.value === null ? text.found(count) : text.foundSome(count);
}

function RemoveQuestion({ session, onClose }: { session: SessionSummary; onClose: () => void }) {
  const text = words.value;
  const remove = async () => {
    onClose();
    await removeSession(session.session_id);
    // The button that asked is gone with its session.
    document.querySelector<HTMLElement>('[data-search]')?.focus();
  };
  return (
    <Modal title={text.removeTitle} kind="box" alert onClose={onClose}>
      <p>{text.removeText(titleOf(session))}</p>
      <div class="modal-actions">
        <button type="button" autofocus onClick={onClose}>
          {text.cancel}
        </button>
        <button type="button" class="danger" onClick={() => void remove()}>
          {text.removeYes}
        </button>
      </div>
    </Modal>
  );
}
