import { useEffect, useRef } from 'preact/hooks';
import { words } from '../i18n';
import type { Conversation } from '../state/conversation';

interface Props {
  conversation: Conversation;
  suggestions: readonly string[];
  spoken: string;
  onSend: () => void;
}

export function Composer({ conversation, suggestions, spoken, onSend }: Props) {
  const text = words.value;
  const field = useRef<HTMLTextAreaElement>(null);
  const running = conversation.running.value;
  const sayable = conversation.sayable.value;
  const stoppable = running !== null && running.view.value.number !== null;
  const draft = conversation.draft;

  useEffect(() => field.current?.focus({ preventScroll: true }), []);

  const send = (message: string) => {
    if (message.trim() === '' || !conversation.sayable.peek()) return;
    draft.value = '';
    conversation.send(message.trim());
    onSend();
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter chooses a word. Safari says so only by the old key code.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send(draft.value);
    }
    if (event.key === 'Escape') void conversation.stop();
    if (event.key === 'ArrowUp' && !event.altKey && draft.value === '' && conversation.editLast()) event.preventDefault();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send(draft.value);
      }}
    >
      {suggestions.length > 0 && (
        <div class="suggestions" role="group" aria-label={text.suggestions} lang={spoken}>
          {suggestions.map((suggestion) => (
            <button key={suggestion} type="button" class="chip" onClick={() => send(suggestion)}>
              {suggestion}
            </button>
          ))}
        </div>
      )}
      <div class="composer-row">
        <textarea
          ref={field}
          rows={1}
          lang={spoken}
          value={draft}
          placeholder={text.saySomething}
          aria-label={text.saySomething}
          aria-describedby="composer-keys"
          onInput={(event) => (draft.value = event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {running && !sayable ? (
          <button
            type="button"
            class="stop"
            disabled={!stoppable || conversation.stopping.value}
            onClick={() => {
              void conversation.stop();
              field.current?.focus();
            }}
          >
            {conversation.stopping.value ? text.stopping : text.stop}
          </button>
        ) : (
          <button type="submit" class="primary" disabled={!sayable || draft.value.trim() === ''}>
            {text.send}
          </button>
        )}
      </div>
      <p id="composer-keys" class="composer-keys quiet">
        {text.keys}
      </p>
    </form>
  );
}
