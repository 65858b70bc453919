// A loopback proxy between the browser and a server, whose connections the tests cut.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Cable {
  #server;
  #pairs = new Set();
  #plugged = true;

  /** `port`: where what comes in goes to. */
  static async create(port) {
    const cable = new Cable();
    cable.#server = createServer((near) => {
      if (!cable.#plugged) return near.destroy();
      const far = connect(port, '127.0.0.1');
      const pair = [near, far];
      cable.#pairs.add(pair);
      const end = () => {
        cable.#pairs.delete(pair);
        for (const socket of pair) socket.destroy();
      };
      for (const socket of pair) socket.setNoDelay(true).on('error', end).on('close', end);
      near.pipe(far).pipe(near);
      return undefined;
    });
    cable.#server.listen(0, '127.0.0.1');
    await once(cable.#server, 'listening');
    return cable;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Cuts what is connected; new connections come about. */
  cut() {
    for (const pair of [...this.#pairs]) for (const socket of pair) socket.resetAndDestroy();
  }

  /** Cuts what is connected, and lets nothing through until plugged in again. */
  unplug() {
    this.#plugged = false;
    this.cut();
  }

  plug() {
    this.#plugged = true;
  }

  async dispose() {
    this.#server.close();
    this.cut();
  }
}
