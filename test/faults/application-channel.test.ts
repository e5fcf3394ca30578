import { fork } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { copyOf, startServer, until } from '../support/index.ts'
import { waitForEvent } from './stage/events.ts'
import { setScene } from './stage/scene.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

/** What an application looks for that may have a parent to talk to, before and after zerodown is loaded. */
const APPLICATION = `
const seen = () => [process.send, process.connected, process.channel, process.disconnect, process.env.NODE_CHANNEL_FD]
const found = seen().filter((one) => one !== undefined).length
process.on('disconnect', () => process.exit(3))
process.on('message', (text) => JSON.parse(text))
process.on('message', ({ type }) => process.exit(type === undefined ? 4 : 5))
if (process.send) setInterval(() => process.send('I am well'), 20)
await new Promise((resolve) => setTimeout(resolve, 20))
const { createServer } = await import('node:http')
const server = createServer((request, response) => {
  process.disconnect?.()
  response.setHeader('x-found', [found, seen().filter((one) => one !== undefined).length])
  response.setHeader('x-generation', process.env.GENERATION ?? 1).end('ok')
})`

const ways = {
  'that imports zerodown': {
    nodeArgs: [],
    program: `${APPLICATION}
const { default: zerodown } = await import('zerodown')
zerodown.attach(server, JSON.parse(process.env.TEST_OPTIONS))`,
  },
  'that has never heard of zerodown': { nodeArgs: ['--import', 'zerodown/register'], program: APPLICATION },
}

describe.each(Object.entries(ways))('an application %s', (_, { nodeArgs, program }) => {
  it('finds no channel that is not its own, hears nothing on it, and cannot close it, in any generation', async () => {
    const copy = await copyOf('app')
    const path = join(copy.folder, 'application.mjs')
    const listen = `
server.listen(Number(process.env.ADDRESS.split(':')[1]), '127.0.0.1', () =>
  console.log(JSON.stringify({ listening: [server.address()], pid: process.pid })))`
    await writeFile(path, program + listen)
    const server = await startServer(path, { nodeArgs, cwd: copy.folder, env: { ZERODOWN_PROBATION: '100' } })
    const load = startLoad({ target: server.target(), workers: [{ kind: 'keepAlive', connections: 4 }] })
    cleanUp(() => load.stop(0))

    for (let times = 0; times < 3; times += 1) {
      const old = server.current()
      await load.waitFor(({ ok }) => ok > 20)
      await server.restart()
      expect(await server.waitForExit(old)).toBeOneOf([0, undefined])
    }

    const response = await fetch(`http://127.0.0.1:${server.port}/`)
    expect(response.headers.get('x-found')).toBe('0, 0')
    expect(await load.stop()).toMatchObject({ failed: 0, firstFailures: [] })
    expect(server.alive()).toHaveLength(1)
  })
})

it('the channel to the application’s own parent is the first generation’s: it works there to its end', async () => {
  const copy = await copyOf('app')
  const path = join(copy.folder, 'child.mjs')
  await writeFile(
    path,
    `import { createServer } from 'node:http'
    import zerodown from 'zerodown'
    process.send?.({ generation: zerodown.generation, pid: process.pid })
    process.on('message', (message) => process.send({ echo: message }))
    zerodown.attach(createServer((_, response) => response.end(typeof process.send)), { probation: 0 })
      .listen(0, '127.0.0.1', function () {
        process.send?.({ port: this.address().port })
        process.channel?.unref()
      })
    zerodown.on('drained', () => process.send?.('drained'))`,
  )
  const heard: unknown[] = []
  const child = fork(path, [], { execPath: NODE, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const pids = [child.pid ?? 0]
  cleanUp(() => {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended.
      }
    }
  })
  child.on('message', (message) => heard.push(message))
  const portOf = (message: unknown): number | undefined => (message as { port?: number }).port
  const port = await until(() => heard.map(portOf).find(Boolean), 'the port')

  child.send('before')
  await until(() => heard.some((message) => JSON.stringify(message) === '{"echo":"before"}'), 'an echo')
  child.kill('SIGUSR2')
  await until(() => child.exitCode === 0, 'the end of the first generation')

  expect(heard).toEqual([{ generation: 1, pid: child.pid }, { port }, { echo: 'before' }, 'drained'])
  const response = await fetch(`http://127.0.0.1:${port}/`)
  expect(await response.text()).toBe('undefined')
})

describe('a channel that ends while both live', () => {
  it('puts nobody in charge: pid file, unix path and the predecessor are as they were', async () => {
    const scene = await setScene({ options: { probation: 60_000 } })
    await scene.load()
    const before = await scene.standing()
    await scene.fault('end-channel-in-probation:50')

    const failed = await scene.ask('restart')

    expect(failed).toMatchObject({ code: 'ERR_ZERODOWN_SUCCESSOR_LOST' })
    await scene.standsAsBefore(scene.server.pid, before)
    await scene.keepsAnswering()
    await scene.nothingWasLost()
    const rolledBack = await waitForEvent(scene.server, { event: 'rolledBack', by: 1 })
    expect(rolledBack).toMatchObject({ code: 'ERR_ZERODOWN_SUCCESSOR_LOST', pidFile: `${scene.server.pid}\n` })
    expect(scene.server.output.lines.join()).not.toContain('inCharge')
  })
})
