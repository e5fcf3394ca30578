import { once } from 'node:events'
import { Server, get } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { create } from '@zerodown/core'
import express5 from 'express'
import { onTestFinished, describe, expect, it } from 'vitest'
import { tempDir } from '../../../test/support/index.ts'
import { express as withZerodown } from '../src/index.ts'

type App = express5.Express
const express4 = createRequire(new URL('../../../test/package.json', import.meta.url))('express4') as typeof express5

const versions = [
  ['Express 4', express4],
  ['Express 5', express5],
] as const

/** As a test wants it: nobody's signals, nobody's exit, no log. */
const instance = create({ signals: false, exit: false, logger: false })
const ours = (app: App): App => withZerodown(app, {}, instance)
const bare = (app: App): App => app

/** Everything that can be seen of a call of `listen()`. */
interface Seen {
  returned: 'a server' | unknown
  thrown?: unknown
  /** Each call of the callback: its arguments, and whether `this` was the server. */
  called: { args: unknown[]; self: boolean }[]
  /** Errors that reached the server's own listeners. */
  errors: unknown[]
  address?: string
}

const call = (app: App, args: readonly unknown[]): Server => Reflect.apply(app.listen, app, args) as Server

/** Calls `listen()`, with a callback where `args` end in one, and waits for its outcome. */
async function seenOf(app: App, args: readonly unknown[], { callback = true, handled = true } = {}): Promise<Seen> {
  const seen: Seen = { returned: undefined, called: [], errors: [] }
  let server: Server | undefined
  function called(this: unknown, ...outcome: unknown[]): void {
    seen.called.push({ args: outcome.map(describeError), self: this === server })
  }
  try {
    server = call(app, callback ? [...args, called] : args)
  } catch (error) {
    return { ...seen, thrown: describeError(error) }
  }
  closeWithTest(server)
  seen.returned = server instanceof Server ? 'a server' : server
  if (handled) server.on('error', (error) => seen.errors.push(describeError(error)))
  await settled(server)
  // Of a path that it could not listen on, Node goes on telling the name.
  const address = server.listening ? server.address() : null
  if (address !== null) seen.address = typeof address === 'string' ? 'a path' : address.address
  return seen
}

async function settled(server: Server): Promise<void> {
  const listening = once(server, 'listening').catch(() => {})
  const failed = new Promise<void>((resolve) => server.on('error', () => resolve()))
  await Promise.race([listening, failed])
  // Whoever is told a turn later has been told.
  await new Promise((turn) => setImmediate(turn))
}

function closeWithTest(server: Server): void {
  onTestFinished(async () => {
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  })
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, code } = error as NodeJS.ErrnoException
  return { name, message, code }
}

async function getText(server: Server): Promise<string> {
  const { port } = server.address() as AddressInfo
  const [response] = await once(get({ port, host: '127.0.0.1', agent: false }), 'response')
  return text(response)
}

describe.each(versions)('%s: app.listen() is what it was', (_, express) => {
  const application = (): App => {
    const app = express()
    app.get('/', (_request, response) => void response.send('hello'))
    return app
  }

  it.each<[string, () => Promise<unknown[]>]>([
    ['()', async () => []],
    ['(0)', async () => [0]],
    ["('0')", async () => ['0']],
    ['(0, host)', async () => [0, '127.0.0.1']],
    ['(0, host, backlog)', async () => [0, '127.0.0.1', 7]],
    ['(0, backlog)', async () => [0, 7]],
    ['({ port, host })', async () => [{ port: 0, host: '127.0.0.1' }]],
    ['(path)', async () => [join(await tempDir(), 'a.sock')]],
    ['({ path })', async () => [{ path: join(await tempDir(), 'a.sock') }]],
  ])('%s, with and without a callback', async (_form, args) => {
    for (const callback of [true, false]) {
      const before = await seenOf(bare(application()), await args(), { callback })
      const after = await seenOf(ours(application()), await args(), { callback })
      expect(after).toEqual(before)
      expect(after).toMatchObject({
        returned: 'a server',
        errors: [],
        called: callback ? [{ args: [], self: true }] : [],
      })
    }
  })

  it.each([[[-1]], [['']], [[65_536]], [[{}]], [[{ host: '127.0.0.1' }]]])(
    'throws the same error: %o',
    async (args) => {
      const before = await seenOf(bare(application()), args)
      expect(await seenOf(ours(application()), args)).toEqual(before)
      expect(before.thrown).toBeDefined()
    },
  )

  it.each<[string, (occupied: number) => unknown[]]>([
    ['a port in use', (occupied) => [occupied, '127.0.0.1']],
    ['a host that does not exist', () => [0, 'no-such-host.invalid']],
    ['a folder that does not exist', () => ['/nonexistent/a.sock']],
  ])('tells of %s in the same way', async (_case, args) => {
    const other = call(bare(application()), [0, '127.0.0.1'])
    closeWithTest(other)
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const withCallback = await seenOf(bare(application()), args(port))
    const ownWithCallback = await seenOf(ours(application()), args(port))
    // A path is bound aside first, so that the error may name another one.
    const alike = (seen: Seen): unknown => JSON.parse(JSON.stringify(seen).replaceAll(/\.\d+\.\d+\.tmp/g, ''))
    expect(alike(ownWithCallback)).toEqual(alike(withCallback))
    expect(withCallback.errors).toHaveLength(1)
    expect(withCallback.called).toHaveLength(express === express5 ? 1 : 0)

    const without = await seenOf(ours(application()), args(port), { callback: false })
    expect(alike(without)).toEqual(alike(await seenOf(bare(application()), args(port), { callback: false })))
  })

  it('calls the callback once, whatever happens to the server later', async () => {
    for (const wrap of [bare, ours]) {
      let calls = 0
      const server = call(wrap(application()), [0, () => (calls += 1)])
      closeWithTest(server)
      await once(server, 'listening')
      server.on('error', () => {})
      server.emit('error', new Error('later'))
      expect(calls).toBe(1)
    }
  })

  it('serves the application', async () => {
    const server = call(ours(application()), [0, '127.0.0.1'])
    closeWithTest(server)
    await once(server, 'listening')
    expect(await getText(server)).toBe('hello')
  })

  it('listens as often as it is asked to, on one application', async () => {
    const app = ours(application())
    const servers = [call(app, [0, '127.0.0.1']), call(app, [0, '127.0.0.1'])]
    for (const server of servers) {
      closeWithTest(server)
      if (!server.listening) await once(server, 'listening')
    }
    for (const server of servers) expect(await getText(server)).toBe('hello')
  })

  it('is found again in the same application, with everything else that it had', () => {
    const app = application()
    const before = Object.keys(app)
    const wrapped = ours(app)
    expect(wrapped).toBe(app)
    expect(Object.keys(app).toSorted()).toEqual([...new Set([...before, 'listen'])].toSorted())
  })

  it('refuses options that are not valid, and options that disagree', () => {
    const another = create({ probation: 5 })
    expect(() => withZerodown(application(), { probation: -1 }, another)).toThrow(/^probation: wants/)
    expect(() => withZerodown(application(), { probation: 6 }, another)).toThrow(
      expect.objectContaining({ code: 'ERR_ZERODOWN_OPTION_CONFLICT' }),
    )
  })
})
