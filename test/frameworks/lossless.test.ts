import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectLossless } from '../restart/lossless.ts'
import { tempDir } from '../support/index.ts'
import { WAYS, startWay } from './ways.ts'

const RESTARTS = 2

/** Nest takes a second of processor time to start, and many where others want the processors, too. ms */
const PATIENCE = 150_000

describe.each(WAYS)('$name: nothing is lost, and no connection opened again', { timeout: PATIENCE }, (way) => {
  it('over TCP', async () => {
    const server = await startWay(way)
    expect(await expectLossless(server, RESTARTS)).toMatchObject({ reopened: 0 })
  })

  // Registered: test/register/lossless.test.ts.
  it.skipIf(way.nodeArgs !== undefined)('over a unix socket', async () => {
    const path = join(await tempDir(), 'app.sock')
    const server = await startWay(way, { address: `unix:${path}` })
    expect(await expectLossless(server, RESTARTS)).toMatchObject({ reopened: 0 })
    expect(server.latest.listening).toEqual([path])
  })
})
