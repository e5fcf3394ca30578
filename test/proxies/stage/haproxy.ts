import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { freePort, tempDir } from '../../support/index.ts'
import type { Proxy } from './proxy.ts'
import { exampleOf, startProxy } from './start-proxy.ts'

/**
 * The counters of HAProxy that stay 0 while all goes well. Not that of answers such as 400, which wrk counts as well:
 * wrk tries the address first, and HAProxy answers with 400 to a connection that ends without a request.
 */
const COUNTERS = ['econ', 'eresp', 'wretr', 'wredis', 'hrsp_5xx', 'chkfail', 'chkdown']

/** By `show stat` on its socket: what it has counted for each of its parts. */
async function countersOf(path: string): Promise<Record<string, string>[]> {
  const socket = connect(path)
  await once(socket, 'connect')
  socket.end('show stat\n')
  const [head = '', ...rows] = (await text(socket)).trim().split('\n')
  const names = head.replace('# ', '').split(',')
  return rows.map((row) => Object.fromEntries(row.split(',').map((value, at) => [names[at] ?? '', value])))
}

export const haproxy: Proxy = {
  async start(first, ...others) {
    const folder = await tempDir()
    const port = await freePort()
    const ports = { '127.0.0.1:8080': `127.0.0.1:${first}`, 'bind :80': `bind 127.0.0.1:${port}` }
    const example = await exampleOf('haproxy/haproxy.cfg', ports)
    const server = example.split('\n').find((line) => line.startsWith('    server ')) ?? ''
    const more = others.map((other) =>
      server.replace('server app', `server app${other}`).replace(`:${first}`, `:${other}`),
    )
    const control = join(folder, 'control')
    const global = `global\n  stats socket ${control}\n`
    await writeFile(join(folder, 'haproxy.cfg'), [global, example, ...more, ''].join('\n'))
    const process = await startProxy(`haproxy -db -f ${folder}/haproxy.cfg`, port)
    return {
      process,
      port,
      async complaints() {
        const parts = await countersOf(control)
        return parts.flatMap((part) =>
          COUNTERS.filter((name) => Number(part[name] ?? 0) > 0).map(
            (name) => `${part['pxname']} ${part['svname']}: ${name} is ${part[name]}`,
          ),
        )
      },
    }
  },
}
