import type { ChildProcess, SendHandle } from 'node:child_process'

/** What waits until the child has acknowledged the last handle; `null` when nothing has to. */
interface HandleQueue {
  _handleQueue?: unknown[] | null
}

/**
 * Makes a function that sends native handles to a child; all stay open here. After each handle `child_process` holds
 * back the next one, and every other message, until the child has acknowledged it. That round trip takes long between
 * two busy processes. On Linux it is not needed: each read brings one handle at most (unix(7)), and none is closed
 * here. Only a queue makes Node wait, so we take the queue away after each handle.
 */
export function handleSender(child: ChildProcess): (message: object, handle: object, sent?: () => void) => void {
  const queue = child as HandleQueue
  const send = (message: object, handle: object, sent = (): void => {}): void => {
    // Whether the child is there to take it, its exit tells.
    child.send(message, handle as SendHandle, { keepOpen: true }, sent)
  }
  const asExpected = queue._handleQueue === null && child.listenerCount('internalMessage') > 0
  if (process.platform !== 'linux' || !asExpected) return send
  // When an acknowledgement comes, Node asserts that there is a queue, and takes it away itself.
  child.prependListener('internalMessage', ({ cmd }: { cmd?: string }) => {
    if (cmd === 'NODE_HANDLE_ACK' || cmd === 'NODE_HANDLE_NACK') queue._handleQueue ??= []
  })
  return (message, handle, sent) => {
    send(message, handle, sent)
    if (queue._handleQueue?.length === 0) queue._handleQueue = null
  }
}
