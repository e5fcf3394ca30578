import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { zerodown } from '../cli/command.ts'
import { FIXTURES, tempDir, until } from '../support/index.ts'
import { inFlight } from './stage/in-flight.ts'
import { onSignal, programWith } from './stage/program.ts'
import { startSupervised } from './stage/supervised.ts'

const HANGS = onSignal(`console.log('hangs'); for (;;) process.uptime()`)

describe('a worker whose event loop is blocked', () => {
  it('is killed and replaced by a restart, which goes on with the other slots', async () => {
    const supervised = await startSupervised(await programWith(HANGS), { slots: 2, flags: ['--ready-timeout', '8000'] })
    const { server, workers, roll } = supervised
    const before = workers()
    const [stuck = 0] = before
    process.kill(stuck, 'SIGHUP')
    await server.waitForLog(/^hangs/)
    expect(await roll()).toBe('restarted 2 slots')
    await server.waitForLog(
      /error: slot 1: generation 1 has not answered within 8000 ms \(readyTimeout\), and is killed\./,
    )
    await until(() => server.alive().length === 3, 'the end of those that were restarted')
    expect(workers().filter((pid) => before.includes(pid))).toEqual([])
  })

  it('in a drain after its restart is killed, and keeps no reload waiting', async () => {
    const control = join(await tempDir(), 'control')
    const supervised = await startSupervised(await programWith(HANGS), {
      slots: 1,
      flags: ['--ready-timeout', '8000', '--control', control],
    })
    const { server, workers } = supervised
    const [old = 0] = workers()
    const answers = await inFlight(supervised, 1, 60_000)
    const reloaded = zerodown(['reload', '--control', control])
    await server.waitForLog(/has taken over; draining/)
    process.kill(old, 'SIGHUP')
    const { code } = await reloaded
    expect(await answers.complete()).toBe('0 of 1')
    await server.waitForLog(
      /error: slot 1: generation 1 has not answered within 8000 ms \(readyTimeout\), and is killed\./,
    )
    expect([code, workers()]).toEqual([0, [expect.any(Number)]])
    expect(workers()).not.toContain(old)
  })

  it('does not keep maxMemory from restarting other slots', async () => {
    const program = join(await tempDir(), 'grows.cjs')
    await writeFile(
      program,
      `const { createServer } = require('node:http')
      const { respond, serve } = require('${join(FIXTURES, 'register', 'shared.cjs')}')
      process.on('SIGHUP', () => { console.log('hangs'); for (;;) process.uptime() })
      process.on('SIGWINCH', () => { globalThis.kept = Buffer.alloc(200 * 2 ** 20, 1) })
      serve((...address) => createServer(respond).listen(...address))`,
    )
    const { server, workers } = await startSupervised(program, { slots: 2, flags: ['--max-memory', '150M'] })
    const [stuck = 0, grown = 0] = workers()
    process.kill(stuck, 'SIGHUP')
    await server.waitForLog(/^hangs/)
    process.kill(grown, 'SIGWINCH')
    await server.waitForLog(/slot 2 has grown to \d+ MB \(maxMemory\): restarting it/, { timeout: 20_000 })
    await server.waitForExit(grown)
    server.killAll()
  })
})
