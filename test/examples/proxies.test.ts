import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { copyOf, startServer } from '../support/index.ts'
import { textOf } from './stage/files.ts'

/** Starts the program in the README of an example, as it is but for its port. */
async function startProgramOf(example: string): Promise<{ url: string; lines: () => readonly string[] }> {
  const [, program = ''] = /^```js\n(.*?)^```$/ms.exec(await textOf(`${example}/README.md`)) ?? []
  const { folder } = await copyOf('http')
  const file = join(folder, 'server.mjs')
  await writeFile(file, program.replace('8080', '0'))
  const server = await startServer(file, { cwd: folder, ready: false })
  const [, port] = await server.waitForLog(/generation 1 listens on tcp:\S+:(\d+)/, { timeout: 40_000 })
  return { url: `http://127.0.0.1:${port}`, lines: () => server.output.lines }
}

it.each(['nginx', 'haproxy'])(
  'examples/%s: the program of its README answers, and keeps idle connections for long enough',
  async (example) => {
    const { url, lines } = await startProgramOf(example)
    const answer = await fetch(url)
    expect(await answer.text()).toBe('hello\n')
    expect(answer.headers.get('keep-alive')).toBe('timeout=65')
    expect(lines().filter((line) => line.includes('warning'))).toEqual([])
  },
)

it('examples/haproxy: the program of its README answers the health checks', async () => {
  const { url } = await startProgramOf('haproxy')
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
})
