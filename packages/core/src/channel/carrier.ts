/**
 * What carries a channel: messages as JSON can tell them, in their order, each with a native handle or without. It
 * does not know what they say, and the channel does not know what is at the other end: the process that speaks there, or
 * one that relays.
 */
export interface Carrier {
  /** Whether what is sent can still arrive. */
  readonly open: boolean
  /**
   * Never throws because the other end has gone: `onEnd` tells.
   * @param handle stays open here as well
   * @param sent called when `handle` has left, so that it may be closed here
   * @throws if it cannot send a handle of that type
   */
  send(message: object, handle?: object, sent?: () => void): void
  onMessage(listener: (message: unknown, handle: unknown) => void): void
  onEnd(listener: () => void): void
  /** Ends it, for the other end as well. */
  close(): void
  /** Whether it keeps this process alive. */
  ref(): void
  unref(): void
}

/** Of a channel that is not there. */
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
