import { words } from '../i18n';
import type { Conversation } from '../state/conversation';
import type { TurnView } from '../state/turn';
import { Icon } from './icon';

interface Props {
  conversation: Conversation;
  view: TurnView;
}

/** Leads to the neighbouring version of a turn; nothing when there is none. */
export function neighbour({ number, siblings }: TurnView, by: -1 | 1): number | null {
  const at = siblings.indexOf(number ?? 0);
  return at < 0 ? null : (siblings[at + by] ?? null);
}

/** ‹ 2 / 3 ›: which version of a turn is shown, and the way to the others. Arrow keys work on it. */
export function VersionSwitch({ conversation, view }: Props) {
  const text = words.value;
  const { number, siblings } = view;
  if (number === null || siblings.length < 2) return null;
  const at = siblings.indexOf(number) + 1;
  return (
    <div class="versions" role="group" aria-label={text.versions}>
      <Step conversation={conversation} to={neighbour(view, -1)} name={text.versionBefore} icon="left" />
      <span class="versions-at">
        <span aria-hidden="true">{`${at} / ${siblings.length}`}</span>
        <span class="unseen">{text.version(at, siblings.length)}</span>
      </span>
      <Step conversation={conversation} to={neighbour(view, 1)} name={text.versionAfter} icon="right" />
    </div>
  );
}

interface StepProps {
  conversation: Conversation;
  to: number | null;
  name: string;
  icon: 'left' | 'right';
}

/** At the last version it stays focusable: whoever got there by keyboard keeps their place. */
function Step({ conversation, to, name, icon }: StepProps) {
  const possible = to !== null && !conversation.busy.value;
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={name}
      title={name}
      aria-disabled={!possible}
      onClick={() => possible && void conversation.show(to)}
    >
      <Icon name={icon} />
    </button>
  );
}
