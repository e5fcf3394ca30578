import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import type { Target } from '@zerodown/load'
import type { Supervised } from '../../run/stage/supervised.ts'
import { startSupervised } from '../../run/stage/supervised.ts'
import { cleanUp } from '../../support/clean-up.ts'
import type { ServerProcess } from '../../support/index.ts'
import { Watch, startServer } from '../../support/index.ts'

const FOLDER = fileURLToPath(new URL('../../../examples/mcp/', import.meta.url))

export const startExample = (): Promise<ServerProcess> =>
  startServer(`${FOLDER}server.js`, { cwd: FOLDER, env: { PORT: '0', PROBATION: '0' } })

/** In two slots: a session is in one of them, where its client has to come back to. */
export const startInSlots = (): Promise<Supervised> =>
  startSupervised(`${FOLDER}server.js`, { slots: 2, flags: ['--sticky'], cwd: FOLDER, env: { PORT: '0' } })

/** The SDK's own client. It notes what every call and every notification says, and what fails. */
export class CountingClient {
  readonly faults: string[] = []
  /** What the counter of the session was after each call. */
  readonly counts: number[] = []
  /** Who has answered. */
  readonly pids: number[] = []
  readonly sessionIds: (string | undefined)[] = []
  /** How many streams of notifications it has asked for. */
  gets = 0
  progress = 0
  ticks: number[] = []
  readonly #client = new Client({ name: 'counting', version: '1.0.0' }, { capabilities: { elicitation: {} } })
  readonly #transport: StreamableHTTPClientTransport
  readonly #watch: Watch = new Watch()

  constructor(url: string) {
    this.#transport = new StreamableHTTPClientTransport(new URL(url), {
      fetch: (input, init) => {
        if (init?.method === 'GET') this.gets += 1
        return fetch(input, init)
      },
    })
    Object.assign(this.#client, { onerror: ({ message }: Error) => this.#fault(message) })
    this.#client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
      this.#tick((params.data as { tick: number }).tick)
    })
  }

  async start(): Promise<void> {
    await this.#client.connect(this.#transport)
    await this.#client.callTool({ name: 'tick' })
    await this.hearsMoreTicks(1)
  }

  async stop(): Promise<void> {
    await this.#client.close()
  }

  /** One call that asks the user, who accepts when `asked` has resolved. */
  async addIfAllowed(asked: () => Promise<unknown>): Promise<void> {
    this.#client.setRequestHandler(ElicitRequestSchema, async () => {
      await asked()
      return { action: 'accept', content: {} }
    })
    await this.#call('add-if-allowed', { amount: 1 })
  }

  /** One call after the other, each of which takes `ms`. */
  callOnAndOn(ms: number): { stop(): Promise<void> } {
    const until = new AbortController()
    const calls = (async () => {
      while (!until.signal.aborted) await this.#call('add', { amount: 1, ms })
    })()
    return {
      stop: () => {
        until.abort()
        return calls
      },
    }
  }

  async hearsMoreTicks(count: number): Promise<void> {
    const wanted = this.ticks.length + count
    await this.#watch.until(() => this.ticks.length >= wanted || undefined, `${count} more notifications`, 20_000)
  }

  async #call(name: string, args: Record<string, number>): Promise<void> {
    try {
      const params = { name, arguments: args }
      const { content } = await this.#client.callTool(params, undefined, { onprogress: () => (this.progress += 1) })
      const [{ text }] = content as [{ text: string }]
      const { count, pid } = JSON.parse(text) as { count: number; pid: number }
      this.counts.push(count)
      if (!this.pids.includes(pid)) this.pids.push(pid)
      const { sessionId } = this.#transport
      if (!this.sessionIds.includes(sessionId)) this.sessionIds.push(sessionId)
    } catch (error) {
      this.#fault(String(error))
    }
  }

  #tick(tick: number): void {
    const last = this.ticks.at(-1)
    if (last !== undefined && tick !== last + 1) this.#fault(`notification ${tick} came after ${last}`)
    this.ticks.push(tick)
    this.#watch.notify()
  }

  #fault(what: string): void {
    this.faults.push(what)
  }
}

export async function startClient(target: Target): Promise<CountingClient> {
  const { host, port } = target as { host: string; port: number }
  const client = new CountingClient(`http://${host}:${port}/mcp`)
  cleanUp(() => client.stop())
  await client.start()
  return client
}
