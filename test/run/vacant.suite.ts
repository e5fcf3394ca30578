import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { zerodown } from '../cli/command.ts'
import { ask, json } from '../control/ask.ts'
import { tempDir, until } from '../support/index.ts'
import { programWith } from './stage/program.ts'
import { startSupervised } from './stage/supervised.ts'

/** A process that never listens, and has nothing to wait for either, in each generation that is named. */
const hangsIn = (...generations: number[]): string => `
  import zerodown from 'zerodown'
  if (zerodown.worker.slot === 1 && ${JSON.stringify(generations)}.includes(zerodown.generation)) {
    console.log('hangs: ' + process.pid)
    await new Promise(() => setInterval(() => {}, 1000))
  }`

/** One whose replacement hangs. */
async function withVacantSlot(slots: number, readyTimeout: string) {
  const control = join(await tempDir(), 'control')
  const flags = ['--ready-timeout', readyTimeout, '--control', control]
  const supervised = await startSupervised(await programWith(hangsIn(2)), { slots, flags })
  const { server, workers } = supervised
  process.kill(workers()[0] ?? 0, 'SIGKILL')
  const [, hanging] = await server.waitForLog(/hangs: (\d+)/, { timeout: 40_000 })
  return { ...supervised, control, hanging: Number(hanging) }
}

describe('a process in place of a crashed one that hangs at its start', () => {
  it('is ended after readyTimeout, and another one takes its place', async () => {
    const { server, workers, roll, hanging } = await withVacantSlot(2, '8000')
    await server.waitForLog(
      /error: slot 1 was not ready within 8000 ms \(readyTimeout\); starting it again in \d+ ms\./,
    )
    const { pid } = await server.waitForAnnouncement(2)
    await server.waitForExit(hanging)
    expect(workers()).toContain(pid)
    expect(await roll()).toBe('restarted 2 slots')
  })

  it('makes a service of one slot not ready, and doctor and the metrics say which slot it is', async () => {
    const { server, control } = await withVacantSlot(1, '60000')
    expect(await json(control, '/status')).toMatchObject({ ready: false, vacant: [1] })
    expect(await ask(control, 'GET', '/readyz')).toMatchObject({ status: 503 })
    const { body } = await ask(control, 'GET', '/metrics')
    expect(body).toMatch(/^zerodown_ready 0$/m)
    expect(body).toMatch(/^zerodown_slots_in_charge 0$/m)
    const { code, stdout } = await zerodown(['doctor', '--control', control])
    expect([code, stdout]).toEqual([1, expect.stringMatching(/no process is in charge of slot 1/)])
    server.killAll()
  })

  it('leaves a service of several slots ready, and its slot is named', async () => {
    const { server, control } = await withVacantSlot(2, '60000')
    expect(await json(control, '/status')).toMatchObject({ ready: true, vacant: [1] })
    const { body } = await ask(control, 'GET', '/metrics')
    expect(body).toMatch(/^zerodown_slots 2$/m)
    expect(body).toMatch(/^zerodown_slots_in_charge 1$/m)
    server.killAll()
  })

  it('keeps a reload no longer than readyTimeout and the longest delay of a crash', async () => {
    const { control, server } = await withVacantSlot(1, '8000')
    const { code } = await zerodown(['reload', '--control', control])
    expect(code).toBe(0)
    await until(() => server.alive().length === 2, 'the end of all others')
  })
})

it('a program that hangs at its first start ends the supervisor after readyTimeout', async () => {
  const { server } = await startSupervised(await programWith(hangsIn(1)), {
    slots: 2,
    flags: ['--ready-timeout', '2000'],
    ready: false,
  })
  await server.waitForLog(/error: slot 1 was not ready within 2000 ms \(readyTimeout\): giving up\./)
  expect(await server.waitForExit()).toBe(1)
  expect(server.alive()).toEqual([])
})
