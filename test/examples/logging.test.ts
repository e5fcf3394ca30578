import { writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { until } from '../support/index.ts'
import { recordsOf, startCopyOf } from './stage/copied.ts'

it.each([
  { program: 'pino.js', info: { level: 30 }, error: { level: 50 }, text: 'msg' },
  { program: 'winston.js', info: { level: 'info' }, error: { level: 'error' }, text: 'message' },
  {
    program: 'fastify.js',
    info: { level: 30, from: 'zerodown' },
    error: { level: 50, from: 'zerodown' },
    text: 'msg',
  },
])('examples/logging/$program has the lines of zerodown in its log, with their levels', async (given) => {
  const { program, info, error, text } = given
  const { server, file } = await startCopyOf('logging', program)
  const logged = async (fields: Record<string, unknown>, pattern: RegExp): Promise<void> => {
    const isMeant = (record: Record<string, unknown>): boolean =>
      pattern.test(String(record[text])) && Object.entries(fields).every(([name, value]) => record[name] === value)
    await until(
      () => recordsOf(server).some(isMeant),
      () => `${pattern} at ${JSON.stringify(fields)}. ${server.output}`,
    )
  }

  await logged(info, /^generation 1 listens on tcp:/)
  await server.restart()
  await logged(info, /^generation 2 \(pid \d+\) has taken over; draining$/)
  await logged(info, /^drained: .* 0 cut/)

  await writeFile(file, `throw new Error('no such table: users')`)
  server.signal('SIGUSR2')
  await logged(error, /^the restart failed: .* exited with code 1/)
  expect(server.output.lines.filter((line) => line.startsWith('zerodown['))).toEqual([])
})
