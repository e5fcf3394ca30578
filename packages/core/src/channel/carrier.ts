/**
 * Carries the messages of a channel in their order, each with a native handle or without. Messages have to be such as
 * JSON can hold. It does not know what they say. The channel does not know what is at the other end: the process that
 * speaks there, or one that relays.
 */
export interface Carrier {
  /** Whether what is sent can still arrive. */
  readonly open: boolean
  /**
   * Sends a message. If the other end has gone, it does nothing; `onEnd` tells.
   * @param handle stays open here as well
   * @param sent called when `handle` has left, so that it may be closed here
   * @throws if it cannot send a handle of that type
   */
  send(message: object, handle?: object, sent?: () => void): void
  onMessage(listener: (message: unknown, handle: unknown) => void): void
  onEnd(listener: () => void): void
  /** Ends the channel, for the other end as well. */
  close(): void
  /** Makes the channel keep this process alive; `unref()` takes that back. */
  ref(): void
  unref(): void
}

/** The carrier of a channel that has ended before it began. */
export const ENDED: Carrier = {
  open: false,
  send() {},
  onMessage() {},
  onEnd(listener) {
    queueMicrotask(listener)
  },
  close() {},
  ref() {},
  unref() {},
}
