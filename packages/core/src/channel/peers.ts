import { isNativeHandle } from '../node/internals/handles.ts'
import type { ChannelToPredecessor, ChannelToSuccessor } from './channel.ts'

/** What a part of this process hears from the same part of another generation. */
export interface PeerListener {
  /**
   * A message from the predecessor. They come in the order in which they were sent, also in relation to connections.
   * @param handle a native handle that came with it, which the listener now owns
   */
  fromPredecessor?(message: unknown, handle: unknown): void
  /** A message from the successor. */
  fromSuccessor?(message: unknown, handle: unknown): void
  /** Nothing can come from the predecessor any more. */
  predecessorGone?(): void
  /** Nothing can come from the successor any more: after a roll-back there may be another one. */
  successorGone?(): void
}

/** The same part of the two neighbours in the chain. */
export interface Peers {
  /** @returns `false`: there is no predecessor, or it has gone. What is sent to one without that part is dropped */
  toPredecessor(message: unknown, handle?: object): boolean
  /** @returns `false`: there is no successor, or it has gone. What is sent to one without that part is dropped */
  toSuccessor(message: unknown, handle?: object): boolean
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
  void channel.ended.then(() => {
    for (const { predecessorGone } of listeners.values()) predecessorGone?.()
  })
}

/** From now on, parts of this process hear what their like in the successor says. */
export function hearSuccessor(channel: ChannelToSuccessor): void {
  successor = channel
  channel.on('peer', ({ name, message }, handle) => {
    const listen = listeners.get(name)?.fromSuccessor
    if (listen !== undefined) listen(message, handle)
    else if (isNativeHandle(handle)) handle.close()
  })
  void channel.ended.then(() => {
    if (successor !== channel) return
    successor = undefined
    for (const { successorGone } of listeners.values()) successorGone?.()
  })
}
