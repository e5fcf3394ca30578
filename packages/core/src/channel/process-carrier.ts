import type { ChildProcess } from 'node:child_process'
import { handleSender } from '../node/internals/handle-sender.ts'
import { channelOver } from '../node/internals/spawn-with-channel.ts'
import { inodeOf } from '../node/stat.ts'
import type { Carrier } from './carrier.ts'
import { ENDED } from './carrier.ts'

/**
 * Carries a channel over a `ChildProcess`. Both ends have one: the predecessor from `spawnWithChannel()`, the successor
 * from `channelOver()`.
 */
export function carrierOf(child: ChildProcess): Carrier {
  const sendHandle = handleSender(child)
  return {
    get open() {
      return child.connected
    },
    send(message, handle, sent) {
      if (!child.connected) return
      if (handle === undefined) child.send(message, () => {})
      else sendHandle(message, handle, sent)
    },
    onMessage(listener) {
      child.on('message', listener)
    },
    onEnd(listener) {
      if (child.connected) child.once('disconnect', listener)
      else queueMicrotask(listener)
    },
    close() {
      if (child.connected) child.disconnect()
    },
    ref() {
      child.channel?.ref()
    },
    unref() {
      child.channel?.unref()
    },
  }
}

/** The end of a channel that came with the start of this process. It does not keep the process alive. */
export function inheritedCarrier(fd: number): Carrier {
  if (inodeOf(fd) === undefined) return ENDED
  const end = channelOver(fd)
  end.on('error', () => {}) // A message did not arrive; the end of the channel tells.
  const carrier = carrierOf(end)
  carrier.unref()
  return carrier
}
