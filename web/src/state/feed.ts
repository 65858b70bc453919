// A session's events on their way to the screen: each once, in order, and as many together as one frame of the screen can show.
import { kNowhere, type Place } from '../api/socket';
import type { Frame } from '../api/proto';

/** A page that is not drawn, in a tab behind others, still keeps up. */
const kUndrawnMs = 250;

/** Runs `task` once, before the screen is drawn next. */
export type BeforePaint = (task: () => void) => void;

const beforePaint: BeforePaint = (task) => {
  const run = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    task();
  };
  const frame = requestAnimationFrame(run);
  const timer = setTimeout(run, kUndrawnMs);
};

export class Feed {
  /** How far the events are known, those not applied yet among them. */
  place: Place = kNowhere;
  #waiting: Frame[] = [];
  #scheduled = false;
  #holds = 0;

  /** `apply` takes what came since the last time. Text that came in pieces comes in one. */
  constructor(
    private readonly apply: (frames: readonly Frame[]) => void,
    private readonly schedule: BeforePaint = beforePaint,
  ) {}

  /** A connection tells what came behind `asked`, which is `at`. True when that need not join on to what is known. */
  bind(at: Place, asked: Place): boolean {
    if (asked.epoch > 0) return false;
    this.place = at;
    return true;
  }

  push(frame: Frame): void {
    if (frame.seq > 0 && !this.#isNew(frame)) return;
    const last = this.#waiting[this.#waiting.length - 1];
    if (frame.kind === 'delta' && last?.kind === 'delta' && frame.epoch === last.epoch) {
      last.value.text += frame.value.text;
      last.seq = frame.seq;
    } else this.#waiting.push(frame);
    this.#wake();
  }

  /** Puts events by while `work` is under way: what it brings is older than they are. */
  async hold(work: () => Promise<void>): Promise<void> {
    this.#holds += 1;
    try {
      await work();
    } finally {
      this.#holds -= 1;
      this.flush();
    }
  }

  flush(): void {
    if (this.#holds > 0) return;
    const frames = this.#waiting;
    this.#waiting = [];
    if (frames.length > 0) this.apply(frames);
  }

  /** Fills in the epoch, which is told only when it changes, and takes note of the place. */
  #isNew(frame: Frame): boolean {
    const { place } = this;
    if (frame.epoch === 0) frame.epoch = this.place.epoch;
    if (frame.epoch < place.epoch || (frame.epoch === place.epoch && frame.seq <= place.seq)) return false;
    this.place = { epoch: frame.epoch, seq: frame.seq };
    return true;
  }

  #wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.schedule(() => {
      this.#scheduled = false;
      this.flush();
    });
  }
}
