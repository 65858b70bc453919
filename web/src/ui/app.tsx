import { chooseLanguage, language, languages, words } from '../i18n';
import { announcements, conversation } from '../state/app';
import { ConversationPage } from './conversation_page';
import { FrontPage } from './front_page';

export function App() {
  const open = conversation.value;
  return (
    <div class={open ? 'page page-conversation' : 'page'}>
      <header class="top">
        <a class="brand" href="#/">
          <Mark />
          <span>rondo</span>
        </a>
        <LanguageSwitch />
      </header>
      {open ? <ConversationPage key={open.id} conversation={open} /> : <FrontPage />}
      <div class="unseen" role="log" aria-live="polite" aria-label={words.value.messages} data-announcements>
        {announcements.value.map(({ key, text }) => (
          <p key={key}>{text}</p>
        ))}
      </div>
    </div>
  );
}

function LanguageSwitch() {
  return (
    <div class="languages" role="group" aria-label={words.value.language}>
      {languages.map(({ code, name, tag }) => (
        <button key={code} type="button" lang={tag} aria-pressed={language.value === code} onClick={() => chooseLanguage(code)}>
          {name}
        </button>
      ))}
    </div>
  );
}

/** A ring that comes back to where it began. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M23.4 11.6A8.5 8.5 0 1 0 24.5 16" fill="none" stroke="currentColor" stroke-width="3.2" stroke-linecap="round" />
      <circle class="mark-dot" cx="23.4" cy="11.6" r="3" />
    </svg>
  );
}
