import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf, restartAndLeave, startServer, until } from '../support/index.ts'
import { isStopped } from '../support/process-status.ts'
import type { Client } from './stage/client.ts'
import { clientOf } from './stage/client.ts'

const LONG = 'x'.repeat(16 << 20)

/** A client with whose socket that is done when it is frozen. */
async function clientFor(server: ServerProcess, what: string): Promise<Client> {
  const client = clientOf(server)
  client.say(`frozen ${what}\n`)
  expect(await client.line(1)).toBe(`1 frozen ${what} 1`)
  return client
}

const closed = (client: Client): Promise<unknown> => until(() => client.closed, 'the end of the connection')

const told = (server: ServerProcess, event: string): Promise<unknown> =>
  until(() => eventsOf(server, event)[0], `'${event}'`)

/** It gets all that was written, in its order, and its next line is answered by that generation. */
async function hearsAll(client: Client, generation: number): Promise<void> {
  expect((await client.line(2)).length).toBe(LONG.length)
  expect(await client.line(4)).toBe('drained')
  expect(client.lines[3]).toBe('after it')
  client.say('next\n')
  expect(await client.line(5)).toBe(`2 next ${generation}`)
}

describe('a connection with which the old process does something in the moment of its move', () => {
  it('gets what is written, however much, and in its order', async () => {
    const server = await startServer('raw-lines', { options: { probation: 0 } })
    const client = await clientFor(server, 'write')
    client.socket.pause()
    const before = server.current()
    await server.restart()
    await server.waitForExit(before)
    client.socket.resume()
    await hearsAll(client, 2)
    expect(eventsOf(server, 'written')).toMatchObject([{ goesOn: false }])
    expect(eventsOf(server, 'called back')).toHaveLength(1)
  })

  it('gets it from the old process if the new one refuses the connection', async () => {
    const server = await startServer('raw-lines', { options: { drainTimeout: 5000 }, env: { REFUSES: '2' } })
    const client = await clientFor(server, 'write')
    client.socket.pause()
    const before = server.current()
    await server.restart()
    await told(server, 'frozen')
    client.socket.resume()
    await hearsAll(client, 1)
    client.socket.end()
    await server.waitForExit(before)
  })

  it.each(['end', 'destroy', 'destroySoon', 'resetAndDestroy'])('ends for its client by %s()', async (how) => {
    const server = await startServer('raw-lines', { options: { probation: 0 } })
    const client = await clientFor(server, how)
    let failure: Error | undefined
    client.socket.on('error', (error) => (failure = error))
    await restartAndLeave(server)
    await closed(client)
    expect(failure === undefined).toBe(how !== 'resetAndDestroy')
    expect(client.lines.slice(2)).toEqual(how === 'end' ? ['bye'] : [])
    await server.waitForLog(/drained: 0 finished, 1 handed over/)
    await server.waitForLog(/closed in generation 2/)
  })

  it.each(['end', 'destroy'])('ends by %s() also if the new process refuses the connection', async (how) => {
    const server = await startServer('raw-lines', { options: { probation: 0 }, env: { REFUSES: '2' } })
    const client = await clientFor(server, how)
    await restartAndLeave(server)
    await closed(client)
    expect(client.lines.slice(2)).toEqual(how === 'end' ? ['bye'] : [])
    await server.waitForLog(/drained: 1 finished, 0 handed over/)
    await server.waitForLog(/closed in generation 1/)
  })

  it('is not read there when it is resumed', async () => {
    const server = await startServer('raw-lines', { options: { probation: 0 }, generations: { 2: { stopped: true } } })
    const client = await clientFor(server, 'resume')
    client.say('unread 1\n')
    const before = server.current()
    await server.restart()
    const { pid } = await server.waitForGeneration(2)
    await until(() => isStopped(pid), 'the stop of the new process')
    client.say('unread 2\n')
    server.signal('SIGCONT', pid)
    expect(await client.line(3)).toBe('3 unread 2 2')
    expect(client.lines[2]).toBe('2 unread 1 2')
    await server.waitForExit(before)
  })

  it('has the application told at once what cannot be written', async () => {
    const server = await startServer('raw-lines', { options: { probation: 0 } })
    const client = await clientFor(server, 'wrong')
    await restartAndLeave(server)
    expect(await client.line(2)).toBe('ERR_INVALID_ARG_TYPE')
  })

  it('is counted as cut if that moment lasts to the end of the drain, and goes on in the new process', async () => {
    const server = await startServer('raw-lines', {
      options: { probation: 0, drainTimeout: 1000 },
      generations: { 2: { stopped: true } },
    })
    const client = await clientFor(server, 'nothing')
    const before = server.current()
    await server.restart()
    const { pid } = await server.waitForGeneration(2)
    await server.waitForExit(before)
    await server.waitForLog(/drained: 0 finished, 0 handed over, 0 closed idle, 1 cut/)
    server.signal('SIGCONT', pid)
    client.say('next\n')
    expect(await client.line(2)).toBe('2 next 2')
  })
})

describe('give() of a raw connection', () => {
  it.each([
    ['throws', /no state today/],
    ['circular', /circular/],
    ['bigint', /BigInt/],
    ['function', /JSON/],
  ])('that fails (%s) leaves it with the old process, and a warning says why, once', async (how, why) => {
    const server = await startServer('raw-lines', {
      options: { probation: 0, drainTimeout: 5000 },
      generations: { 1: { give: how } },
    })
    const clients = [clientOf(server), clientOf(server)]
    for (const client of clients) await client.line(0)
    const before = server.current()
    await server.restart()
    await server.waitForLog(why)
    for (const client of clients) {
      client.say('still here\n')
      expect(await client.line(1)).toBe('1 still here 1')
      client.socket.end()
    }
    await server.waitForExit(before)
    expect(server.output.toString().match(/give\(\) has failed/g)).toHaveLength(1)
    await server.waitForLog(/drained: 2 finished, 0 handed over/)
  })
})
