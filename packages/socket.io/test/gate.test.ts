import { expect, it } from 'vitest'
import { Gate } from '../src/gate.ts'

class Sends {
  readonly sent: unknown[] = []
  send(...args: unknown[]): void {
    this.sent.push(args[0])
  }
}

it('keeps back what its client has had for good, and the rest until it opens', async () => {
  const socket = new Sends()
  const gate = new Gate(socket, 1)
  const opened = new Promise<void>((resolve) => socket.send('0{"sid":"x"}', () => resolve()))
  socket.send('42["hello"]')
  await opened
  expect(socket.sent).toEqual([])
  gate.open()
  socket.send('42["again"]')
  expect(socket.sent).toEqual(['42["hello"]', '42["again"]'])
})
