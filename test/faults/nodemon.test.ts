import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startServer, tempDir } from '../support/index.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

/** Starts its last arguments as nodemon does, by a shell. */
const NODEMON = `
const [file, ...args] = process.argv.slice(process.argv.indexOf('--') + 1)
const child = require('child_process').spawn('sh', ['-c', '"$@"; exit $?', 'sh', file, ...args], { stdio: 'inherit' })
child.on('exit', (code) => process.exit(code ?? 1))
`

it.each([
  [[], true],
  [['--signal', 'SIGTERM'], false],
])('a server started by nodemon %j: whether it is told that the signal is its own (%s)', async (options, told) => {
  const nodemon = join(await tempDir(), 'nodemon.js')
  await writeFile(nodemon, NODEMON)

  const server = await startServer('http', { node: NODE, nodeArgs: [nodemon, ...options, '--', NODE] })
  // Whoever has restarted was ready before.
  await server.restart()

  expect(server.output.lines.some((line) => /SIGUSR2: nodemon sends it/.test(line))).toBe(told)
})
