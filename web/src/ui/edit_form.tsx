import { useLayoutEffect, useRef } from 'preact/hooks';
import { words } from '../i18n';
import type { Conversation, Edit } from '../state/conversation';

interface Props {
  conversation: Conversation;
  edit: Edit;
  spoken: string;
  onSay: () => void;
}

/** Stands in the place of the message that is being edited. */
export function EditForm({ conversation, edit, spoken, onSay }: Props) {
  const text = words.value;
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = field.current!;
    element.focus();
    element.setSelectionRange(element.value.length, element.value.length);
  }, []);

  const sendable = edit.text.trim() !== '' && !conversation.busy.value;
  const leave = () => {
    const turn = field.current?.closest<HTMLElement>('.turn');
    conversation.editing.value = null;
    turn?.focus();
  };
  const submit = () => {
    if (!sendable) return;
    document.querySelector<HTMLElement>('.composer textarea')?.focus();
    onSay();
    conversation.edit(edit.turn, edit.text.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') leave();
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  };
  return (
    <form
      class="edit-form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <textarea
        ref={field}
        rows={2}
        lang={spoken}
        value={edit.text}
        aria-label={text.editField}
        onInput={(event) => (conversation.editing.value = { ...edit, text: event.currentTarget.value })}
        onKeyDown={onKeyDown}
      />
      <div class="edit-actions">
        <p class="quiet">{text.editNote}</p>
        <button type="button" class="plain" onClick={leave}>
          {text.cancel}
        </button>
        <button type="submit" class="plain primary" disabled={!sendable}>
          {text.editSend}
        </button>
      </div>
    </form>
  );
}
