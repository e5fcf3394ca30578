import { once } from 'node:events'
import { existsSync, renameSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttp2Server, createSecureServer } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { Server, createServer } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { expect, it } from 'vitest'
import { tempDir } from '../../../../../test/support/index.ts'
import { endWithTest, listen } from '../../support/servers.ts'

/** What core relies on in node:net beyond its documentation; `src/node/internals/README.md` says where, and why. */

it('a server has bound its unix path when listen() returns, or never will', async () => {
  const path = join(await tempDir(), 'a.sock')
  const server = createServer()
  endWithTest(server)
  expect(server.listen({ path }).listening).toBe(true)
  expect(existsSync(path)).toBe(true)

  const second = createServer()
  const failed = once(second, 'error')
  expect(second.listen({ path }).listening).toBe(false)
  expect(await failed).toMatchObject([{ code: 'EADDRINUSE' }])
})

it('a server that closes removes the unix path that it has bound, and not the one to which that was renamed', async () => {
  const folder = await tempDir()
  const [bound, renamed] = [join(folder, 'bound.sock'), join(folder, 'renamed.sock')]
  const server = await listen(createServer(), { path: bound })
  renameSync(bound, renamed)
  server.close()
  await once(server, 'close')
  expect(existsSync(renamed)).toBe(true)
})

it('a server that was told to unref() before it listens calls its unref() once more when it does', async () => {
  const server = createServer()
  endWithTest(server)
  server.unref()
  let calls = 0
  server.unref = () => {
    calls += 1
    return server
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  expect(calls).toBe(1)
})

it.each<[string, Server]>([
  ['node:http', createHttpServer()],
  ['node:https', createHttpsServer()],
  ['node:http2', createHttp2Server()],
  ['node:http2, secure', createSecureServer()],
  ['node:tls', createTlsServer()],
])('a server of %s listens by net.Server.prototype.listen', (_, server) => {
  expect(server.listen).toBe(Server.prototype.listen)
})
