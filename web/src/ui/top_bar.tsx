import { chooseLanguage, language, languages, words } from '../i18n';
import { kFront } from '../state/address';
import { chooseTheme, theme, themes } from '../state/theme';
import { Choice } from './choice';
import { Icon } from './icon';
import { panels } from './panels';
import { focusContent } from './shortcuts';

export function TopBar() {
  const text = words.value;
  return (
    <header class="top">
      <button type="button" class="skip" onClick={focusContent}>
        {text.skip}
      </button>
      <button
        type="button"
        class="icon-button only-narrow"
        aria-label={text.conversations}
        aria-haspopup="dialog"
        onClick={() => (panels.value = 'sessions')}
      >
        <Icon name="list" />
      </button>
      <a class="brand" href={kFront}>
        <Mark />
        <span>rondo</span>
      </a>
      <button
        type="button"
        class="icon-button only-wide"
        aria-label={text.shortcuts}
        title={text.shortcuts}
        aria-haspopup="dialog"
        onClick={() => (panels.value = 'shortcuts')}
      >
        <Icon name="keyboard" />
      </button>
      <Choice
        label={text.theme}
        chosen={theme.value}
        onChoose={chooseTheme}
        options={themes.map((value) => ({ value, name: text.themes[value], icon: value }))}
      />
      <Choice
        label={text.language}
        chosen={language.value}
        onChoose={chooseLanguage}
        options={languages.map(({ code, name, short, tag }) => ({ value: code, name, short, lang: tag }))}
      />
    </header>
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
