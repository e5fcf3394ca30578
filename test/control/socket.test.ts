import { existsSync, statSync } from 'node:fs'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { hold } from '../faults/stage/held.ts'
import { startRegistered } from '../register/start.ts'
import { startSupervised } from '../run/stage/supervised.ts'
import { cleanUp } from '../support/clean-up.ts'
import { isAlive, startServer, tempDir, until } from '../support/index.ts'
import { ask, json, linesIn } from './ask.ts'
import { startControlled } from './controlled.ts'

describe('a control socket', () => {
  it('answers what there is, and refuses with a reason what there is not', async () => {
    const { server, control } = await startControlled()
    expect(await json(control, '/status')).toMatchObject({
      zerodown: 1,
      pid: server.pid,
      state: 'serving',
      ready: true,
      restartQueued: false,
      processes: [
        {
          pid: server.pid,
          generation: 1,
          state: 'serving',
          inCharge: true,
          requests: 0,
          warnings: [],
          timeToStop: 20_000,
        },
      ],
    })
    expect(await ask(control, 'GET', '/livez')).toMatchObject({ status: 200, body: '{"live":true}\n' })
    expect(await ask(control, 'GET', '/readyz?verbose')).toMatchObject({
      status: 200,
      body: '{"ready":true,"state":"serving"}\n',
    })
    expect(await ask(control, 'HEAD', '/status')).toMatchObject({ status: 200, body: '' })
    expect(await ask(control, 'GET', '/metrics')).toMatchObject({
      headers: { 'content-type': expect.stringMatching(/^application\/openmetrics-text; version=1\.0\.0/) },
      body: expect.stringMatching(/^# HELP .*\nzerodown_generation 1\n.*# EOF\n$/s),
    })
    expect(await ask(control, 'GET', '/constructor')).toMatchObject({
      status: 404,
      body: expect.stringMatching(/there is no \/constructor; there are: \/status, /),
    })
    expect(await ask(control, 'DELETE', '/status')).toMatchObject({ status: 405, headers: { allow: 'GET' } })
    expect(await ask(control, 'GET', '/restart')).toMatchObject({ status: 405, headers: { allow: 'POST' } })
    expect(await ask(control, 'POST', '/restart', 'x')).toMatchObject({ status: 400 })
    expect(await ask(control, 'POST', '/restart', '{"now":true}')).toMatchObject({
      status: 400,
      body: expect.stringMatching(/the body has 'now'/),
    })
    expect(await ask(control, 'POST', '/restart', 'x'.repeat(2000))).toMatchObject({ status: 413 })
    expect(server.announcements).toHaveLength(1)
  })

  it('is for the user of the server alone, moves at the commit, and goes at the end', async () => {
    const { server, control } = await startControlled({ options: { probation: 300 } })
    expect(statSync(control).mode & 0o777).toBe(0o600)
    const { ino } = statSync(control)
    const { pid } = await server.restart()
    expect(statSync(control).ino).toBe(ino)
    // While it is there all the time: the inode of one that was removed would be used again.
    await until(
      () => statSync(control).ino !== ino,
      () => `the path of the successor. ${server.output}`,
    )
    expect(statSync(control).mode & 0o777).toBe(0o600)
    expect(await json(control, '/status')).toMatchObject({ pid, lastRestart: { outcome: 'done' } })
    await server.waitForExit()
    expect(existsSync(control)).toBe(true)
    server.signal('SIGTERM')
    await server.waitForExit(pid)
    expect(existsSync(control)).toBe(false)
  })

  it('tells of a restart until the old process has left, whose connections count nowhere', async () => {
    const { server, control } = await startControlled()
    const held = await hold(server.target())
    const restarted = ask(control, 'POST', '/restart', '{}')
    const { pid } = await server.waitForGeneration(2)
    await until(async () => {
      const { processes } = await json(control, '/status')
      return JSON.stringify((processes as { state: string }[]).map(({ state }) => state)) === '["draining","serving"]'
    }, 'both of them')
    await held.finish()
    const lines = linesIn(await restarted)
    expect(lines.map(({ event }) => event).filter((event, at, all) => event !== all[at - 1])).toEqual([
      'restarting',
      'launched',
      'probation',
      'committed',
      'draining',
      'drained',
      'done',
    ])
    expect(lines.find(({ event }) => event === 'draining')).toMatchObject({ requests: 1, connections: 1 })
    expect(lines.at(-1)).toMatchObject({ generations: [{ pid, generation: 2 }], ledger: { finished: 1, cut: 0 } })
    for (const { at } of lines) expect(Math.abs(Number(at) - Date.now())).toBeLessThan(60_000)
  })

  it('says why a restart has failed, as soon as it has', async () => {
    const { server, control, fault } = await startControlled()
    await fault('exit1')
    const lines = linesIn(await ask(control, 'POST', '/restart'))
    expect(lines.at(-1)).toMatchObject({ event: 'failed', code: 'ERR_ZERODOWN_SUCCESSOR_EXITED' })
    expect(await json(control, '/status')).toMatchObject({
      pid: server.pid,
      state: 'serving',
      lastRestart: { outcome: 'failed', code: 'ERR_ZERODOWN_SUCCESSOR_EXITED' },
    })
  })

  it('drains and ends the process, which says so', async () => {
    const { server, control } = await startControlled()
    const held = await hold(server.target())
    const ended = ask(control, 'POST', '/shutdown')
    await server.waitForLog(/shutting down/)
    expect(await ask(control, 'POST', '/restart')).toMatchObject({
      status: 409,
      body: expect.stringMatching(/ERR_ZERODOWN_SHUTTING_DOWN/),
    })
    expect(await ask(control, 'GET', '/readyz')).toMatchObject({ status: 503 })
    await held.finish()
    expect(linesIn(await ended).at(-1)).toMatchObject({ event: 'done', generations: [], ledger: { finished: 1 } })
    expect(await server.waitForExit()).toBe(0)
  })

  it('is disturbed by no number of clients, nor by one that goes away', async () => {
    const { server, control } = await startControlled()
    const load = startLoad({ target: server.target(), workers: [{ kind: 'keepAlive', connections: 4 }] })
    cleanUp(() => load.stop(0))
    const silent = Array.from({ length: 40 }, () => connect(control))
    for (const client of silent) client.on('error', () => {})
    cleanUp(() => silent.forEach((client) => client.destroy()))
    await Promise.all(silent.map((client) => once(client, 'connect')))
    const leaving = connect(control)
    leaving.on('error', () => {})
    leaving.write('POST /restart HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n')
    await server.waitForLog(/restarting: generation 2/)
    leaving.destroy()
    const { pid } = await server.waitForGeneration(2)
    await server.waitForExit()
    const many = await Promise.all(Array.from({ length: 20 }, () => json(control, '/status')))
    expect(many.every((status) => status['pid'] === pid)).toBe(true)
    expect(await load.stop()).toMatchObject({ failed: 0, reopened: 0 })
  })

  it('is no reason not to serve, where it cannot be', async () => {
    const control = join(await tempDir(), 'none', 'app.sock')
    const server = await startServer('http', { options: { control } })
    await server.waitForLog(/control: cannot listen on .*none\/app\.sock \(listen E(ACCES|NOENT).*Signals do\.$/)
    const { pid } = await server.restart()
    await server.waitForExit()
    server.signal('SIGTERM')
    expect(await server.waitForExit(pid)).toBe(0)
  })

  it('is not taken over by zerodown/register', async () => {
    const control = join(await tempDir(), 'app.sock')
    const server = await startRegistered('register/http.mjs', { env: { ZERODOWN_CONTROL: control } })
    await until(() => existsSync(control), 'its control socket')
    const lines = linesIn(await ask(control, 'POST', '/restart'))
    expect(lines.at(-1)).toMatchObject({ event: 'done' })
    expect(server.output.lines.filter((line) => line.includes(control))).toEqual([])
    const { processes } = await json(control, '/status')
    expect(processes).toMatchObject([{ generation: 2, listeners: [{ adopted: true }] }])
  })
})

describe('the control socket of zerodown run', () => {
  it('tells of all slots, and of each restart', async () => {
    const control = join(await tempDir(), 'app.sock')
    const { server, workers } = await startSupervised('register/http.mjs', { flags: ['--control', control] })
    await until(() => existsSync(control), 'its control socket')
    const before = workers()
    expect(await json(control, '/status')).toMatchObject({
      pid: server.pid,
      slots: 2,
      state: 'serving',
      processes: before.map((pid, at) => ({ pid, slot: at + 1, generation: 1, state: 'serving' })),
    })
    const lines = linesIn(await ask(control, 'POST', '/restart'))
    expect(lines.filter(({ event }) => event === 'committed')).toMatchObject([
      { slot: 1, generation: 2 },
      { slot: 2, generation: 2 },
    ])
    expect(lines.at(-1)).toMatchObject({ event: 'done', generations: [{ generation: 2 }, { generation: 2 }] })
    expect(before.filter(isAlive)).toEqual([])
    expect(await json(control, '/status')).toMatchObject({ pid: server.pid, lastRestart: { outcome: 'done' } })
    expect((await ask(control, 'GET', '/metrics')).body).toMatch(/\nzerodown_generation\{slot="2"\} 2\n/)

    expect(linesIn(await ask(control, 'POST', '/shutdown')).at(-1)).toMatchObject({ event: 'done', generations: [] })
    expect(await server.waitForExit()).toBe(0)
    expect(existsSync(control)).toBe(false)
  })
})
