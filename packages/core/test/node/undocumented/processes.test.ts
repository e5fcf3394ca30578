import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { listeningFd } from '../../../src/node/internals/handles.ts'
import { NODE, runNode } from '../../support/programs.ts'
import { listen } from '../../support/servers.ts'

/** What core relies on in Node's start of a process; `src/node/internals/README.md` says where, and why. */

it('descriptors that a process has inherited do not go on to the processes that it starts', async () => {
  const fd = listeningFd(await listen(createServer())) ?? -1
  const script = `
    const { spawnSync } = require('node:child_process')
    const { fstatSync } = require('node:fs')
    const { status } = spawnSync('sh', ['-c', '[ -e /dev/fd/3 ]'])
    console.log(JSON.stringify({ here: fstatSync(3).isSocket(), there: status === 0 }))`
  expect(runNode(['-e', script], { stdio: ['pipe', 'pipe', 'pipe', fd] })).toEqual({ here: true, there: false })
})

it('the pipes of a child process are sockets, which need not keep this process alive', async () => {
  const child = spawn(NODE, ['-e', ''], { stdio: ['pipe', 'pipe', 'ignore'] })
  for (const pipe of [child.stdin, child.stdout]) expect(pipe).toBeInstanceOf(Socket)
  await once(child, 'exit')
})
