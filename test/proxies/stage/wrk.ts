import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServerProcess } from '../../support/index.ts'
import { startServer, tempDir } from '../../support/index.ts'

/** What wrk has counted. */
export interface Counted {
  readonly requests: number
  /** Answers with a status of 400 or more. */
  readonly status: number
  readonly connect: number
  readonly read: number
  readonly write: number
  readonly timeout: number
}

/** Every other request is a POST: no proxy sends one again that may have reached the server. */
const SCRIPT = `
local count = 0
function request()
  count = count + 1
  if count == 50 then io.stderr:write('under way\\n') end
  if count % 2 == 0 then return wrk.format('GET', '/') end
  return wrk.format('POST', '/echo', nil, string.rep('x', 2000))
end
function done(summary)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"status":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d}\\n',
    summary.requests, e.status, e.connect, e.read, e.write, e.timeout))
end
`

/** A client that keeps its connections busy, and never sends a request again. */
export class Wrk {
  readonly #process: ServerProcess

  private constructor(process: ServerProcess) {
    this.#process = process
  }

  static async start(port: number): Promise<Wrk> {
    const script = join(await tempDir(), 'load.lua')
    await writeFile(script, SCRIPT)
    const command = `exec wrk --threads 1 --connections 6 --duration 600 --script ${script} http://127.0.0.1:${port}`
    const process = await startServer('/', { node: 'sh', nodeArgs: ['-c', command], ready: false })
    await process.waitForLog(/^under way/)
    return new Wrk(process)
  }

  async stop(): Promise<Counted> {
    this.#process.signal('SIGINT', this.#process.pid)
    const [line] = await this.#process.waitForLog(/^\{"requests".*/)
    return JSON.parse(line) as Counted
  }
}
