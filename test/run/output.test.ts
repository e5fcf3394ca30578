import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { copyOf, until } from '../support/index.ts'
import { startSupervised } from './stage/supervised.ts'

/** Prints when it is asked and when it answers, not by the console, which ignores errors. */
const TALKS = `
const { createServer } = require('node:http')
const { answers, serve } = require('./shared.cjs')
const server = createServer((request, response) => {
  process.stdout.write('asked\\n')
  setInterval(() => process.stdout.write('working\\n'), 50).unref()
  response.on('finish', () => process.stdout.write('answered\\n'))
  answers.respond(request, response)
})
serve((...address) => server.listen(...address))
console.error('to stderr')
process.on('exit', () => process.stdout.write('no newline at the end'))
`

async function start(flags: readonly string[]) {
  const { folder } = await copyOf('register/http')
  const program = join(folder, 'register', 'talks.cjs')
  await writeFile(program, TALKS)
  const supervised = await startSupervised(program, { slots: 2, flags })
  await supervised.server.waitForLog(/workers serve/)
  return supervised
}

const linesOf = ({ server }: Awaited<ReturnType<typeof start>>): string[] =>
  server.output.lines.filter((line) => !line.startsWith('zerodown['))

it('output passes through as it is', async () => {
  const supervised = await start([])
  expect(linesOf(supervised).filter((line) => line.startsWith('['))).toEqual([])
  await supervised.server.waitForLog(/^to stderr$/)
})

it('with --prefix each line begins with its slot and generation, through restarts, to the last', async () => {
  const supervised = await start(['--prefix'])
  const { server, roll } = supervised
  expect(await roll()).toBe('restarted 2 slots')
  server.signal('SIGTERM', server.pid)
  expect(await server.waitForExit()).toBe(0)
  const lines = linesOf(supervised)
  for (const prefix of ['[1.1]', '[2.1]', '[1.2]', '[2.2]']) {
    expect(lines).toContain(`${prefix} to stderr`)
    expect(lines).toContain(`${prefix} no newline at the end`)
  }
  expect(lines.filter((line) => !/^\[[12]\.[12]\] /.test(line))).toEqual([])
})

it('with --prefix, what is in flight is answered although the supervisor has been killed', async () => {
  const { server } = await start(['--prefix'])
  const [, port] = await server.waitForLog(/^\[1\.1\] .*"port":(\d+)/)
  const target = { host: '127.0.0.1', port: Number(port) }
  const load = startLoad({ target, workers: [{ kind: 'slow', ms: 1500, connections: 4, requests: 1 }] })
  cleanUp(() => load.stop(0))
  for (let times = 0, from = 0; times < 4; times += 1) {
    await server.waitForLog(/asked$/, { from })
    from = server.output.lines.findIndex((line, at) => at >= from && line.endsWith('asked')) + 1
  }
  process.kill(server.pid, 'SIGKILL')
  await load.done
  expect(load.stats()).toMatchObject({ ok: 4, failed: 0 })
  await until(
    () => server.alive().length === 0,
    () => `the end of the workers ${server.alive().join(', ')}`,
  )
})
