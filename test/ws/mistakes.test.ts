import { expect, it } from 'vitest'
import { eventsOf, restartAndLeave, startServer } from '../support/index.ts'
import { openClients } from './stage/server.ts'

it('a method that is called with wrong arguments throws at once what it always throws, also in the midst of a move and after it', async () => {
  const server = await startServer('mistakes')
  const clients = await openClients(server, 5)
  clients[0]?.send('mistakes')
  await clients[0]?.waitFor(1)
  await restartAndLeave(server)

  const [usual, ...others] = eventsOf(server, 'thrown')
  expect(usual).toMatchObject({ when: 'open', readyState: 1 })
  expect(usual?.['thrown']).not.toContain('nothing')
  expect(others.map(({ when }) => when).toSorted()).toEqual([
    ...clients.map(() => 'frozen'),
    ...clients.map(() => 'moved'),
  ])
  for (const one of others) expect({ ...one, when: 'open' }).toEqual(usual)
  for (const client of clients) client.send('x')
  for (const client of clients) await client.until(() => client.texts.includes('2 x'), 'an answer of the new process')
})
