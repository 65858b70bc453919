// Keeps a scrolling list at its end while its reader is there, and where it is when they scrolled away.
import { signal, type ReadonlySignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';

const kNearPx = 48;

export interface Tail {
  atEnd: ReadonlySignal<boolean>;
  toEnd: () => void;
  /** The reader goes elsewhere: the end is no longer held. */
  leave: () => void;
}

/** `scroller` scrolls; its first child is the content that grows. */
export function useTail(scroller: RefObject<HTMLElement | null>): Tail {
  const atEnd = useMemo(() => signal(true), []);
  const before = useRef(0);
  const toEnd = () => {
    const element = scroller.current;
    if (element) {
      element.scrollTop = element.scrollHeight;
      before.current = element.scrollTop;
    }
    atEnd.value = true;
  };
  useLayoutEffect(() => {
    const element = scroller.current;
    const content = element?.firstElementChild;
    if (!element || !content) return undefined;
    before.current = element.scrollTop;
    const onScroll = () => {
      // Only the reader moves up from here: content that grows below leaves the window where it was, and toEnd() has already noted
      // where content that shrank has put it.
      const up = element.scrollTop < before.current;
      before.current = element.scrollTop;
      if (element.scrollHeight - before.current - element.clientHeight <= kNearPx) atEnd.value = true;
      else if (up) atEnd.value = false;
    };
    // Both can change what the end is: the content by growing, the scroller by a keyboard that opens.
    const observer = new ResizeObserver(() => {
      if (atEnd.peek()) toEnd();
    });
    observer.observe(element);
    observer.observe(content);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, []);
  return { atEnd, toEnd, leave: () => (atEnd.value = false) };
}
