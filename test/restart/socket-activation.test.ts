import { describe, expect, it } from 'vitest'
import { startServer } from '../support/index.ts'
import { generationAt, getJson } from './get.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

/** Gives a listening socket to a program, and LISTEN_PID with its pid. It stays for as long as that program does. */
const ACTIVATE = `
const [, ...command] = process.argv
const server = require('net').createServer().listen(0, '127.0.0.1', () => {
  const script = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"'
  const stdio = ['inherit', 'inherit', 'inherit', server._handle.fd]
  require('child_process').spawn('sh', ['-c', script, ...command], { stdio })
  server.close()
})`

describe('LISTEN_PID', () => {
  it('names each generation of a program that takes its socket from a service manager', async () => {
    const server = await startServer('socket-activated', { node: NODE, nodeArgs: ['-e', ACTIVATE, NODE] })
    const target = server.target()
    for (const generation of [2, 3]) {
      const before = server.current()
      await server.restart()
      await server.waitForExit(before)
      expect(await generationAt(target)).toBe(generation)
    }
  })

  it('stays as it is where it names somebody else', async () => {
    const server = await startServer('self', { env: { LISTEN_PID: '1' } })
    await server.restart()
    await server.waitForExit()
    expect(await getJson(server.target(), '/self')).toMatchObject({ generation: 2, env: { LISTEN_PID: '1' } })
  })
})
