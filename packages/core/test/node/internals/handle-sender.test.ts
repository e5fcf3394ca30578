import { once } from 'node:events'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { handleSender } from '../../../src/node/internals/handle-sender.ts'
import { nativeHandle } from '../../../src/node/internals/handles.ts'
import { forkReceiver } from '../../support/receiver.ts'
import { converse, converseTimes, serve } from '../../support/http.ts'

const answering = () => serve((_, response) => response.end('ok'))

it('a native handle goes before the last one is acknowledged, and so does what is said behind it', async () => {
  const { child } = await forkReceiver('serves')
  const { server } = await answering()
  const conversations = await converseTimes(server, 3)
  const send = handleSender(child)
  const written = promisify<object, void>(child.send.bind(child))

  child.kill('SIGSTOP')
  for (const [id, { socket }] of conversations.entries()) {
    send({ type: 'connection', id }, nativeHandle(socket) as object)
  }
  // Node itself would write this when the third is acknowledged.
  await written({ type: 'connections-asked', question: 1, ids: [0, 1, 2, 3] })
  child.kill('SIGCONT')

  expect(await once(child, 'message')).toMatchObject([{ answer: [0, 1, 2] }, undefined])
  // All acknowledgements have come, and the channel is as it was.
  send({ type: 'connection', id: 3 }, nativeHandle((await converse(server)).socket) as object)
  child.send({ type: 'connections-asked', question: 2, ids: [3] })
  expect(await once(child, 'message')).toMatchObject([{ answer: [3] }, undefined])
  child.disconnect()
  await once(child, 'disconnect')
})
