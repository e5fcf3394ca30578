import { join } from 'node:path'
import { expect, it } from 'vitest'
import { getJson } from '../restart/get.ts'
import { restartAndSettle } from '../restart/settle.ts'
import { startServer, tempDir } from '../support/index.ts'

it.each(['4', '5'])(
  'Fastify %s on a unix path tells it in every generation, in addresses() and in its log',
  async (FASTIFY) => {
    const path = join(await tempDir(), 'fastify.sock')
    const server = await startServer('fastify', { address: `unix:${path}`, env: { FASTIFY, LOG: 'info' } })
    const said = (): number =>
      server.output.lines.filter((line) => line.includes(`"msg":"Server listening at ${path}"`)).length

    for (let generation = 1; generation <= 3; generation++) {
      if (generation > 1) await restartAndSettle(server)
      expect(server.latest).toMatchObject({ generation, listening: [path] })
      expect(await getJson<{ generation: number }>(server.target())).toMatchObject({ generation })
      expect(said()).toBe(generation)
    }
  },
)
