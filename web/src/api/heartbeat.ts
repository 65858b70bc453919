// Finds out that a connection is dead although nobody said so. A live one is never silent for a whole beat: the server pings.
import { later, type Later } from './later';

/** How long the answer to a ping may take. */
const kPongMs = 8_000;

export class Heartbeat {
  #silent = true;
  #callOffBeat = () => {};
  #callOffDeath: (() => void) | null = null;

  /** `dead` is told once per start(), when a ping brought nothing. */
  constructor(
    private readonly ping: () => void,
    private readonly dead: () => void,
    private readonly after: Later = later,
  ) {}

  start(beatMs: number): void {
    this.stop();
    const beat = () => {
      this.#callOffBeat = this.after(beat, beatMs);
      if (this.#silent) this.probe();
      this.#silent = true;
    };
    this.#callOffBeat = this.after(beat, beatMs);
  }

  stop(): void {
    this.#callOffBeat();
    this.#callOffDeath?.();
    this.#callOffDeath = null;
  }

  /** Anything that arrives will do. */
  heard(): void {
    this.#silent = false;
    this.#callOffDeath?.();
    this.#callOffDeath = null;
  }

  /** Asks now. */
  probe(): void {
    if (this.#callOffDeath) return;
    this.#callOffDeath = this.after(() => {
      this.stop();
      this.dead();
    }, kPongMs);
    this.ping();
  }
}
