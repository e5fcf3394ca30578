import type { ChildProcess, SendHandle } from 'node:child_process'

/** What a child has not acknowledged yet, and what waits behind it; `null` when nothing does. */
interface HandleQueue {
  _handleQueue?: unknown[] | null
}

/**
 * How to send native handles to a child, all open here as before. `child_process` holds back the next handle, and every
 * other message, until the child has acknowledged the last one: a round trip for each, which takes long where two
 * processes are busy. Nothing but its queue makes it wait, and on Linux nothing needs to: the kernel gives out one handle
 * with each read (unix(7)), and none of them is closed here. So the queue is taken away after each handle.
 */
export function handleSender(child: ChildProcess): (message: object, handle: object, sent?: () => void) => void {
  const queue = child as HandleQueue
  const send = (message: object, handle: object, sent = (): void => {}): void => {
    // Whether the child is there to take it, its exit tells.
    child.send(message, handle as SendHandle, { keepOpen: true }, sent)
  }
  const asExpected = queue._handleQueue === null && child.listenerCount('internalMessage') > 0
  if (process.platform !== 'linux' || !asExpected) return send
  // When an acknowledgement comes Node asserts that there is a queue, and takes it away by itself.
  child.prependListener('internalMessage', ({ cmd }: { cmd?: string }) => {
    if (cmd === 'NODE_HANDLE_ACK' || cmd === 'NODE_HANDLE_NACK') queue._handleQueue ??= []
  })
  return (message, handle, sent) => {
    send(message, handle, sent)
    if (queue._handleQueue?.length === 0) queue._handleQueue = null
  }
}
