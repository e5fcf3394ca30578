import { describe, expect, it } from 'vitest'
import { handshake } from '../support/handshake.ts'
import { startServer } from '../support/index.ts'

describe('a client of a TLS server', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('resumes its %s session after two restarts', async (version) => {
    // Given a session with the first generation,
    const server = await startServer('https', { env: { NODE_NO_WARNINGS: '1' } })
    const address = server.latest.listening[1]
    if (typeof address !== 'object') throw new Error('It does not listen on TLS.')
    const first = await handshake(address.port, version)
    expect(first.resumed).toBe(false)

    // when two others have taken over,
    const second = await server.restart()
    await server.waitForExit(server.pid)
    await server.restart()
    await server.waitForExit(second.pid)

    // then the session that the first one began is resumed by the third.
    const again = await handshake(address.port, version, first.session)
    expect(again).toMatchObject({ generation: '3', resumed: true })
  })
})
