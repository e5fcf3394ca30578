import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ControlServer } from '../../src/control/control-server.ts'
import type { Controlled } from '../../src/control/controlled.ts'
import type { Outcome, Tell } from '../../src/control/progress.ts'
import { ZerodownError } from '../../src/errors.ts'
import { defer } from '../../src/node/deferred.ts'

const nothing = { finished: 0, handedOver: 0, unconfirmed: 0, closedIdle: 0, cut: 0, duration: 0 }
const DONE: Outcome = { event: 'done', generations: [], ledger: nothing }

const controlled = (given: Partial<Controlled> = {}): Controlled => ({
  status: () => Promise.reject(new Error('no status')),
  whyNoRestart: () => undefined,
  restart: async () => DONE,
  shutdown: async () => DONE,
  ...given,
})

async function aPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zd-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'app.sock')
}

/** @param lines what it logs */
function opened(path: string, given: Partial<Controlled> = {}, lines: string[] = []): ControlServer {
  const server = new ControlServer(path, controlled(given), (line) => lines.push(line))
  onTestFinished(() => server.close())
  server.open()
  return server
}

function ask(socketPath: string, method: string, path: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, agent: false }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject)
    })
    sent.on('error', reject).end()
  })
}

describe('a control server', () => {
  it('is there at once, for its own user alone, in place of whatever was there, and goes when it is closed', async () => {
    const path = await aPath()
    await writeFile(path, 'left behind')
    const server = opened(path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(path).isSocket()).toBe(true)
    expect(await ask(path, 'GET', '/livez')).toEqual({ status: 200, body: '{"live":true}\n' })
    server.close()
    expect(existsSync(path)).toBe(false)
  })

  it('hands its path over to the next one, and waits until that is there', async () => {
    const path = await aPath()
    const first = opened(path)
    let over = false
    const handedOver = first.handOver().then(() => (over = true))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(over).toBe(false)
    expect(await ask(path, 'GET', '/livez')).toMatchObject({ status: 200 })
    opened(path, { whyNoRestart: () => new ZerodownError('ERR_ZERODOWN_NOT_READY', 'the next one') })
    await handedOver
    first.close()
    expect(await ask(path, 'POST', '/restart')).toMatchObject({
      status: 409,
      body: expect.stringMatching(/the next one/),
    })
  })

  it('does not wait for ever, and leaves the path to whoever may come', async () => {
    const path = await aPath()
    const first = opened(path)
    await first.handOver()
    first.close()
    expect(existsSync(path)).toBe(true)
  })

  it('tells each step in a line, and the outcome last', async () => {
    const path = await aPath()
    const restart = async (tell: Tell): Promise<Outcome> => {
      tell({ event: 'restarting', generation: 2 })
      return DONE
    }
    opened(path, { restart })
    const { body } = await ask(path, 'POST', '/restart')
    const lines = body.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'restarting', generation: 2, at: expect.any(Number) },
      { ...DONE, at: expect.any(Number) },
    ])
  })

  it('gives up a client that does not read', async () => {
    const path = await aPath()
    const over = defer<Outcome>()
    let told = 0
    let tells: Tell = () => {}
    const restart = (tell: Tell): Promise<Outcome> => {
      tells = tell
      return over.promise
    }
    opened(path, { restart })
    const gone = new Promise((resolve) => {
      const sent = request({ socketPath: path, method: 'POST', path: '/restart', agent: false }, (response) => {
        response.on('error', resolve).on('aborted', resolve).pause()
        // More than a pipe and a socket hold.
        for (; told < 20_000; told += 1) tells({ event: 'launched', pid: told, generation: 2 })
        setImmediate(() => response.resume())
      })
      sent.on('error', resolve).end()
    })
    await gone
    over.resolve(DONE)
    expect(await ask(path, 'GET', '/livez')).toMatchObject({ status: 200 })
  })

  it('answers with the reason what goes wrong while it answers', async () => {
    const path = await aPath()
    opened(path)
    expect(await ask(path, 'GET', '/status')).toEqual({ status: 500, body: '{"message":"no status"}\n' })
  })

  it.each<[string, (path: string) => string, RegExp]>([
    ['whose folder is missing', (path) => join(path, 'none', 'a.sock'), /\(listen E(NOENT|ACCES|NOTDIR)/],
    ['that is too long', (path) => `${path}${'x'.repeat(100)}`, /\(the path is too long for a unix socket\)/],
  ])('says once that it cannot listen on a path %s', async (_, wrong, why) => {
    const lines: string[] = []
    opened(wrong(await aPath()), {}, lines)
    await new Promise((turn) => setImmediate(turn))
    expect(lines).toEqual([expect.stringMatching(why)])
  })
})
