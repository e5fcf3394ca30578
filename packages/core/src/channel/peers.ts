import { isNativeHandle } from '../node/internals/handles.ts'
import type { ChannelToPredecessor, ChannelToSuccessor } from './channel.ts'

/** What a part of this process hears from the same part of another generation. */
export interface PeerListener {
  /**
   * A message from the predecessor. They come in the order in which they were sent, also in relation to connections.
   * @param handle a native handle that came with it, which the listener now owns
   */
  fromPredecessor?(message: unknown, handle: unknown): void
  /** The predecessor got a message, and has no such part. An older version drops it without a word. */
  unknownToPredecessor?(): void
  /** A message from the successor. */
  fromSuccessor?(message: unknown, handle: unknown): void
  /** Nothing can come from the predecessor any more. */
  predecessorGone?(): void
  /**
   * The restart that has started this process is rolled back: it leaves without having been in charge, and the predecessor keeps
   * all that it has. Requests that this process has accepted are still finished. Not called in a process that is killed.
   */
  rolledBack?(): void
  /** The successor is in charge now. What is in flight here is still finished. */
  committed?(): void
  /**
   * Nothing is in flight here any more, the successor is in charge, and the predecessor has left: this process leaves next.
   * @returns when it may, if not at once: it waits for `time` ms at most
   */
  leaving?(time: number): Promise<unknown> | undefined
  /** Nothing can come from the successor any more: after a roll-back there may be another one. */
  successorGone?(): void
}

/** The same part of the two neighbours in the chain. */
export interface Peers {
  /** @returns `false`: there is no predecessor, or it has gone. What is sent to one without that part is dropped */
  toPredecessor(message: unknown, handle?: object): boolean
  /** @returns `false`: there is no successor, or it has gone. What is sent to one without that part is dropped */
  toSuccessor(message: unknown, handle?: object): boolean
  /**
   * Asks whether the successor has that part now. At the commit it has all that its application has made before it was ready.
   * @returns `undefined`: nobody can say, as its version is older, or as there is no successor, or none any more
   */
  isInSuccessor(): Promise<boolean | undefined>
  /** Stops listening. */
  end(): void
}

const listeners = new Map<string, PeerListener>()
let predecessor: ChannelToPredecessor | undefined
let successor: ChannelToSuccessor | undefined

/**
 * Lets a part of the application talk to the same part of the neighbouring generations, from the start of a successor to
 * the end of its predecessor. Messages are what JSON can hold. Beside the messages that the two generations themselves
 * exchange, they cost nothing.
 * @param name by which the two know each other
 */
export function peers(name: string, listener: PeerListener): Peers {
  listeners.set(name, listener)
  const send = (
    channel: ChannelToPredecessor | ChannelToSuccessor | undefined,
    message: unknown,
    handle: object | undefined,
  ): boolean => {
    if (channel?.open !== true) return false
    channel.send({ type: 'peer', name, message }, handle)
    return true
  }
  return {
    toPredecessor: (message, handle) => send(predecessor, message, handle),
    toSuccessor: (message, handle) => send(successor, message, handle),
    isInSuccessor: async () => (await successor?.ask({ type: 'peer-asked', name })) ?? undefined,
    end() {
      if (listeners.get(name) === listener) listeners.delete(name)
    },
  }
}

/** From now on, parts of this process hear what their like in the predecessor says. */
export function hearPredecessor(channel: ChannelToPredecessor): void {
  predecessor = channel
  channel.on('peer', ({ name, message }, handle) => {
    const listen = listeners.get(name)?.fromPredecessor
    if (listen !== undefined) listen(message, handle)
    else if (isNativeHandle(handle)) handle.close()
  })
  channel.on('no-peer', ({ name }) => listeners.get(name)?.unknownToPredecessor?.())
  channel.answer('peer-asked', ({ name }) => listeners.has(name))
  void channel.ended.then(() => {
    for (const { predecessorGone } of listeners.values()) predecessorGone?.()
  })
}

/** From now on, parts of this process hear what their like in the successor says. */
export function hearSuccessor(channel: ChannelToSuccessor): void {
  successor = channel
  channel.on('peer', ({ name, message }, handle) => {
    const listen = listeners.get(name)?.fromSuccessor
    if (listen !== undefined) return listen(message, handle)
    if (isNativeHandle(handle)) handle.close()
    return channel.send({ type: 'no-peer', name })
  })
  void channel.ended.then(() => {
    if (successor !== channel) return
    successor = undefined
    for (const { successorGone } of listeners.values()) successorGone?.()
  })
}

/** Tells all parts of this process that it will not be in charge. */
export function sayRolledBack(): void {
  for (const { rolledBack } of listeners.values()) attempt(() => rolledBack?.())
}

/** Tells all parts of this process that the successor is in charge. */
export function sayCommitted(): void {
  for (const { committed } of listeners.values()) attempt(() => committed?.())
}

/**
 * Tells all parts of this process that it leaves.
 * @returns when it may; `undefined`: at once
 */
export function sayLeaving(time: number): Promise<unknown> | undefined {
  const waited = [...listeners.values()].flatMap(({ leaving }) => attempt(() => leaving?.(time)) ?? [])
  return waited.length > 0 ? Promise.allSettled(waited) : undefined
}

/** A mistake in one part stays uncaught, and keeps nobody else from the commit. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
    return undefined
  }
}
