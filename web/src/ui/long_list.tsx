// A list of any length that draws only the rows near the window. What is read does not move when rows above it are drawn.
import type { RefObject, VNode } from 'preact';
import { useLayoutEffect, useMemo, useReducer, useRef } from 'preact/hooks';
import { Extents, type Span } from './extents';
import type { Tail } from './tail';

/** Drawn beyond the window's edges, so that scrolling finds rows ready. */
const kMarginPx = 800;
/** Drawn before anything is measured. */
const kFirstRows = 12;
/** Kept drawn above a row that is added at the end. */
const kRowsAtEnd = 40;
/** Left free above a row that is brought into view. */
const kGoalInsetPx = 16;

/** A row to bring into view, once, and whether the keyboard goes there too. */
export interface Goal {
  row: number;
  focus: boolean;
}

interface Props<T> {
  items: readonly T[];
  /** What scrolls; holds the list, perhaps below other things. */
  scroller: RefObject<HTMLElement | null>;
  tail: Tail;
  /** An ordinary row's height in CSS pixels. */
  estimate: number;
  goal?: Goal | null;
  onGoal?: () => void;
  /** One <li> without outer margins. */
  row: (item: T, index: number) => VNode;
}

export function LongList<T>({ items, scroller, tail, estimate, goal, onGoal, row }: Props<T>) {
  const list = useRef<HTMLOListElement>(null);
  const extents = useMemo(() => new Extents(items.length, estimate), []);
  const span = useRef<Span>(extents.spanOf(Math.max(0, items.length - kFirstRows), items.length));
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const focused = useRef(false);

  extents.count = items.length;
  let { first, end } = span.current;
  if (goal && (goal.row < first || goal.row >= end)) {
    [first, end] = [Math.max(0, goal.row - kFirstRows / 2), goal.row + kFirstRows];
  } else if (tail.atEnd.peek()) {
    [first, end] = [Math.max(first, items.length - kRowsAtEnd), items.length];
  }
  span.current = extents.spanOf(Math.min(first, Math.max(0, items.length - kFirstRows)), end);

  /** How far the window's top lies below the list's. */
  const offset = () => scroller.current!.getBoundingClientRect().top - list.current!.getBoundingClientRect().top;

  const measure = () => {
    const anchor = extents.rowAt(offset());
    let moved = 0;
    [...list.current!.children].forEach((child, index) => {
      const at = span.current.first + index;
      const grown = extents.measure(at, child.getBoundingClientRect().height);
      if (at < anchor) moved += grown;
    });
    if (Math.abs(moved) >= 1 && !tail.atEnd.peek()) scroller.current!.scrollTop += moved;
  };

  /** Draws other rows when the window comes near the edge of those drawn. */
  const follow = () => {
    const element = scroller.current;
    if (!element || !list.current) return;
    const top = offset();
    const seen = extents.span(top - kMarginPx / 2, top + element.clientHeight + kMarginPx / 2);
    if (seen.first >= span.current.first && seen.end <= span.current.end) return;
    span.current = extents.span(top - kMarginPx, top + element.clientHeight + kMarginPx);
    focused.current = list.current.contains(document.activeElement);
    redraw(0);
  };

  useLayoutEffect(() => {
    measure();
    // A row that leaves with the focus hands it to the list's window instead of losing it.
    if (focused.current && document.activeElement === document.body) scroller.current?.focus({ preventScroll: true });
    focused.current = false;
    const child = goal && list.current!.children[goal.row - span.current.first];
    if (!goal || !child) return;
    const [box, frame] = [child.getBoundingClientRect(), scroller.current!.getBoundingClientRect()];
    if (box.top < frame.top || box.bottom > frame.bottom) {
      tail.leave();
      scroller.current!.scrollTop += box.top - frame.top - kGoalInsetPx;
    }
    if (goal.focus) (child as HTMLElement).focus({ preventScroll: true });
    onGoal?.();
    requestAnimationFrame(follow);
  });

  useLayoutEffect(() => {
    const element = scroller.current!;
    // Resizing is answered in the next frame: drawing inside the observer would make it observe itself.
    const observer = new ResizeObserver(() => {
      measure();
      requestAnimationFrame(follow);
    });
    observer.observe(list.current!);
    observer.observe(element);
    element.addEventListener('scroll', follow, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', follow);
    };
  }, []);

  const { above, below } = span.current;
  return (
    <ol ref={list} class="long-list" style={{ paddingTop: `${above}px`, paddingBottom: `${below}px` }}>
      {items.slice(span.current.first, span.current.end).map((item, index) => row(item, span.current.first + index))}
    </ol>
  );
}
