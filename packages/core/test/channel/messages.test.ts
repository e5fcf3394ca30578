import { describe, expect, it } from 'vitest'
import { mark, unmark } from '../../src/channel/messages.ts'

describe('a message between generations', () => {
  it('is known again after its way through the channel', () => {
    const sent = JSON.parse(JSON.stringify(mark({ type: 'ready', pid: 42 })))
    expect(unmark(sent)).toMatchObject({ type: 'ready', pid: 42 })
  })

  it.each([
    undefined,
    null,
    0,
    'ready',
    '{"zerodown":1,"type":"ready"}',
    true,
    [],
    {},
    { type: 'ready' },
    { zerodown: 'garbage', type: 'ready' },
    { zerodown: '1', type: 'ready' },
    { zerodown: 2, type: 'ready' },
    { zerodown: true, type: 'ready' },
    { cmd: 'NODE_HANDLE' },
  ])('is not what anybody else says: %j', (message) => expect(unmark(message)).toBeUndefined())
})
