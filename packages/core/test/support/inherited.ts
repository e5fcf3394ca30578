import type { ChildProcess, SendHandle } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { renameSync } from 'node:fs'
import type { ListenOptions } from 'node:net'
import { createServer } from 'node:net'
import { afterAll } from 'vitest'
import type { InheritedListener } from '../../src/listeners/inherited.ts'
import { boundTo } from '../../src/listeners/key.ts'
import type { ListenTarget } from '../../src/listeners/listen-target.ts'
import { readListenCall } from '../../src/listeners/listen-target.ts'
import { inodeOf } from '../../src/node/stat.ts'
import { handleOf } from '../../src/node/internals/handles.ts'
import { NODE } from './programs.ts'

/** Sends back whatever it gets. */
const ECHO = `process.on('message', (message, handle) => process.send(message, handle, { keepOpen: true }))`

/**
 * A listening socket as it comes with the start of a successor: its descriptor is open in this process, and nobody accepts
 * by it. It has as many spare descriptors as it would have there.
 */
export async function inherit(options: ListenOptions = { port: 0, host: '127.0.0.1' }): Promise<InheritedListener> {
  const { path } = options
  const server = createServer()
  server.listen(path === undefined ? options : { ...options, path: `${path}.bound` })
  await once(server, 'listening')
  // libuv removes the path that it has bound.
  if (path !== undefined) renameSync(`${path}.bound`, path)
  const [fd, ...spares] = await descriptorsOf(handleOf(server) as object, 4)
  const { asked } = readListenCall([options])
  const bound = path === undefined ? boundTo(server.address(), asked) : asked
  server.close()
  await once(server, 'close')
  return { fd: fd as number, spares, asked, bound: bound as ListenTarget, inode: inodeOf(fd as number) ?? 0 }
}

/**
 * More descriptors of the same socket. Node cannot duplicate one: what is sent to a process and comes back is another. It
 * comes as a handle, which is never closed, since the descriptor is that of whoever adopts it.
 */
async function descriptorsOf(handle: object, count: number): Promise<number[]> {
  echo ??= spawn(NODE, ['-e', ECHO], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const child = echo
  const copies: { fd: number }[] = []
  const came = new Promise<void>((resolve) => {
    child.on('message', (_, copy) => {
      copies.push(copy as unknown as { fd: number })
      if (copies.length === count) resolve()
    })
  })
  for (let at = 0; at < count; at += 1) child.send({ at }, handle as SendHandle, { keepOpen: true })
  await came
  child.removeAllListeners('message')
  return copies.map(({ fd }) => fd)
}

/** One for all tests of a file: it takes long to start. */
let echo: ChildProcess | undefined

afterAll(async () => {
  if (echo === undefined) return
  const exited = once(echo, 'exit')
  echo.kill('SIGKILL')
  await exited
})
