import { expect, it } from 'vitest'
import { handshake } from '../support/handshake.ts'
import type { ServerProcess } from '../support/index.ts'
import { freePort } from '../support/index.ts'
import { startSupervised } from './stage/supervised.ts'

/** Which addresses each worker listens on. */
const places = (server: ServerProcess): unknown[] => server.announcements.map(({ listening }) => listening)

it('any port is the same one in all slots, and after a restart', async () => {
  const { server, roll } = await startSupervised('register/http.mjs', { slots: 2, address: '127.0.0.1:0,127.0.0.1:0' })
  const [first] = places(server)
  expect(await roll()).toBe('restarted 2 slots')
  await server.waitForAnnouncement(3)
  expect(places(server)).toEqual(Array(4).fill(first))
})

it.each(['', '127.0.0.1'])(
  'a second supervisor on the same port of "%s" ends at once, with what Node says',
  async (host) => {
    const address = `${host}:${await freePort()}`
    const { server } = await startSupervised('register/http.mjs', { slots: 2, address })
    const second = await startSupervised('register/http.mjs', { slots: 2, address, ready: false })
    expect(await second.server.waitForExit()).toBe(1)
    await second.server.waitForLog(/EADDRINUSE/)
    expect(second.server.announcements).toEqual([])
    expect(server.alive()).toHaveLength(3)
  },
)

it.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a %s session is resumed in whichever slot, and after a restart',
  async (version) => {
    const { server, roll } = await startSupervised('https.mjs', { slots: 2, env: { NODE_NO_WARNINGS: '1' } })
    const address = server.announcements[0]?.listening[1]
    const port = typeof address === 'object' ? address.port : 0
    const { session } = await handshake(port, version)
    for (let times = 0; times < 6; times += 1)
      expect(await handshake(port, version, session)).toMatchObject({ resumed: true })
    expect(await roll()).toBe('restarted 2 slots')
    for (let times = 0; times < 6; times += 1)
      expect(await handshake(port, version, session)).toMatchObject({ resumed: true })
  },
)
