import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { words } from '../i18n';
import { Icon } from './icon';

interface Props {
  title: string;
  /** `sheet`: a drawer at the left edge; `box`: a box in the middle. */
  kind: 'sheet' | 'box';
  /** Asks before something that cannot be undone. */
  alert?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** Mount to open. The browser keeps the focus inside, closes on Escape, and gives the focus back afterwards. */
export function Modal({ title, kind, alert, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = useRef(true);
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => {
      open.current = false;
      element.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={kind}
      role={alert ? 'alertdialog' : undefined}
      aria-label={title}
      onCancel={(event) => {
        // Escape. Unmounting closes it, and no moment is left in which it is closed but still mounted.
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        // Told some time after: by then this one may be gone and another open.
        if (open.current) onClose();
      }}
      onClick={(event) => {
        // The dialog's own box is covered by its content: a click on it is one on the backdrop.
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="modal-body">
        <div class="modal-head">
          <h2>{title}</h2>
          <button type="button" class="icon-button" aria-label={words.value.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
