import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectLossless } from '../restart/lossless.ts'
import { tempDir } from '../support/index.ts'
import { PATIENCE, WAYS, startWay } from './ways.ts'

const RESTARTS = 2

describe.each(WAYS)('$name: nothing is lost, and no connection opened again', { timeout: PATIENCE }, (way) => {
  it('over TCP', async () => {
    const server = await startWay(way)
    expect(await expectLossless(server, RESTARTS)).toMatchObject({ reopened: 0 })
  })

  // What is registered does so in test/register/lossless.test.ts.
  if (way.registered === true) return
  it('over a unix socket', async () => {
    const path = join(await tempDir(), 'app.sock')
    const server = await startWay(way, { address: `unix:${path}` })
    expect(await expectLossless(server, RESTARTS)).toMatchObject({ reopened: 0 })
    expect(server.latest.listening).toEqual([path])
  })
})
