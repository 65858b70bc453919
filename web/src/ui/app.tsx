import { words } from '../i18n';
import { announcements, conversation } from '../state/app';
import { keyProblem } from '../state/key';
import { ConversationPage } from './conversation_page';
import { FrontPage } from './front_page';
import { KeyDialog } from './key_dialog';
import { Modal } from './modal';
import { hasColumn, panels } from './panels';
import { SessionPanel } from './session_panel';
import { ShortcutList } from './shortcut_list';
import { TopBar } from './top_bar';

export function App() {
  const text = words.value;
  const open = conversation.value;
  const close = () => (panels.value = null);
  return (
    <div class="page">
      <TopBar />
      <div class="frame">
        {hasColumn.value && (
          <nav class="side" aria-label={text.conversations}>
            <SessionPanel />
          </nav>
        )}
        {open ? <ConversationPage key={open.id} conversation={open} /> : <FrontPage />}
      </div>
      {panels.value === 'sessions' && (
        <Modal title={text.conversations} kind="sheet" onClose={close}>
          <SessionPanel onLeave={close} />
        </Modal>
      )}
      {panels.value === 'shortcuts' && (
        <Modal title={text.shortcuts} kind="box" onClose={close}>
          <ShortcutList />
        </Modal>
      )}
      {keyProblem.value && <KeyDialog problem={keyProblem.value} />}
      <div class="unseen" role="log" aria-live="polite" aria-label={text.messages} data-announcements>
        {announcements.value.map(({ key, text: said }) => (
          <p key={key}>{said}</p>
        ))}
      </div>
    </div>
  );
}
