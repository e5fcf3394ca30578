import type { Server, Socket } from 'node:net'

/** What the application knows of its connections, and how it gives and takes that. */
export interface RawOptions<State> {
  /**
   * Called in the old process when a connection may move: what was written has been sent. It must not write.
   * @returns what the application knows of it, half a message included, as JSON can hold it (`null`: nothing);
   *   `undefined`: not now, for example because an answer is due. It is asked again soon. If it throws, or returns what JSON
   *   cannot hold, the connection stays in the old process, and a warning says why
   */
  give(socket: Socket): State | undefined
  /**
   * Called in the new process, in place of the server's 'connection' listeners. If it throws, the connection stays in the
   * old process.
   * @param socket it has not read anything
   */
  take(socket: Socket, state: State): void
}

/** The servers whose connections move. */
export const movingServers: WeakMap<Server, RawOptions<unknown>> = new WeakMap()
