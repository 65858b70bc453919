import { useId, useState } from 'preact/hooks';
import type { Problem } from '../api/problem';
import { words } from '../i18n';
import { keyProblem, useKey } from '../state/key';
import { Modal } from './modal';

/** Asks for the API key that the server wants. */
export function KeyDialog({ problem }: { problem: Problem }) {
  const text = words.value;
  const [key, setKey] = useState('');
  const [field, note] = [useId(), useId()];
  const close = () => (keyProblem.value = null);
  const wrong = problem.code !== 'KEY_REQUIRED';
  return (
    <Modal title={text.keyTitle} kind="box" onClose={close}>
      <form
        class="key-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (key.trim() !== '') useKey(key.trim());
        }}
      >
        <label for={field}>{text.keyField}</label>
        <input
          id={field}
          type="password"
          autocomplete="off"
          autofocus
          spellcheck={false}
          maxLength={8192}
          value={key}
          aria-invalid={wrong}
          aria-describedby={note}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <p id={note} class="quiet" role={wrong ? 'alert' : undefined}>
          {wrong ? text.keyWrong : text.keyNote}
        </p>
        <div class="modal-actions">
          <button type="button" class="plain" onClick={close}>
            {text.cancel}
          </button>
          <button type="submit" class="plain primary" disabled={key.trim() === ''}>
            {text.keyUse}
          </button>
        </div>
      </form>
    </Modal>
  );
}
