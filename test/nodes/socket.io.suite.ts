import { join } from 'node:path'
import { beforeAll, it } from 'vitest'
import { converse } from '../socket.io/stage/conversation.ts'
import { VERSIONS, startChat } from '../socket.io/stage/server.ts'
import { tempDir } from '../support/index.ts'
import { CHAIN, binaryOf, installAll, intoGeneration, point } from './binaries.ts'
import { INSTALLATION } from './installation.ts'

beforeAll(installAll, INSTALLATION)

it.each(VERSIONS)('clients of %s stay connected through all versions of Node, up and down', async (version) => {
  const link = join(await tempDir(), 'node')
  const [first] = CHAIN
  await point(link, first)
  const server = await startChat({
    version,
    node: binaryOf(first),
    tick: 20,
    ask: 50,
    options: { launch: { execPath: link } },
    env: { ANSWERS_WITHIN: '2000' },
  })
  let generation = 1
  const told = await converse(server, {
    clients: 10,
    restarts: CHAIN.length - 1,
    pause: 50,
    restart: () => intoGeneration(server, link, (generation += 1)),
  })
  console.log(`${version}, ${CHAIN.join(' -> ')}: ${JSON.stringify(told)}`)
})
