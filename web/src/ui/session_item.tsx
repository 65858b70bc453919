import type { Match, SessionSummary } from '../api/types';
import { formatTime, words } from '../i18n';
import { sessionAddress } from '../state/address';
import { conversation, scenarioById, sessionList, titleOf } from '../state/app';
import { cutAt } from '../state/sessions';
import { Icon } from './icon';

interface Props {
  session: SessionSummary;
  onOpen?: (() => void) | undefined;
  onRemove: () => void;
}

/** One conversation of the list; found by a search, with the words it was found by. */
export function SessionItem({ session, onOpen, onRemove }: Props) {
  const text = words.value;
  const { session_id: id, match = null } = session;
  const spoken = scenarioById(session.scenario)?.language;
  const title = titleOf(session);
  return (
    <li class="session" data-session={id}>
      <a
        href={sessionAddress(id, match?.turn_number || null)}
        aria-current={conversation.value?.id === id ? 'page' : undefined}
        onClick={onOpen}
      >
        <span class="session-title" lang={spoken}>
          <Marked text={title} />
        </span>
        {match && match.snippet !== title && <Snippet match={match} spoken={spoken} />}
        <span class="session-when">
          {[text.turnCount(session.turns), formatTime(session.updated_at)].join(' · ')}
        </span>
      </a>
      <button type="button" class="icon-button" aria-label={text.remove(title)} title={text.removeYes} onClick={onRemove}>
        <Icon name="bin" />
      </button>
    </li>
  );
}

function Snippet({ match, spoken }: { match: Match; spoken: string | undefined }) {
  const text = words.value;
  return (
    <span class="session-match">
      <span class="session-by">{match.role === 'user' ? text.matchBy.user : text.matchBy.npc}</span>
      <span lang={spoken}>
        <Marked text={match.snippet} />
      </span>
    </span>
  );
}

/** The words searched for stand out. */
function Marked({ text }: { text: string }) {
  return <>{cutAt(text, sessionList.answered.value).map((piece, index) => (index % 2 === 1 ? <mark>{piece}</mark> : piece))}</>;
}
