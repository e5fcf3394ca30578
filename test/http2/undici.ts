import type { Asker, Content } from './asker.ts'
import { BYTES, codeOf, stream } from './asker.ts'

/** What is used here of undici, in each of its versions. */
interface Undici {
  H2CClient: new (url: string) => Dispatcher
  RetryAgent: new (dispatcher: Dispatcher, options: object) => Dispatcher
  fetch(url: string, options: object): Promise<{ text(): Promise<string> }>
}

interface Dispatcher {
  request(options: object): Promise<{ body: { text(): Promise<string> } }>
  destroy(): Promise<void>
}

/** Undici 8 needs Node 22.19. */
export const RUNS_UNDICI_8: boolean = Number(process.versions.node.split('.')[0]) >= 22

export async function undiciAsker(name: 'undici' | 'undici7', port: number, retries: boolean): Promise<UndiciAsker> {
  return new UndiciAsker((await import(name)) as Undici, port, retries)
}

export class UndiciAsker implements Asker {
  readonly #undici: Undici
  readonly #url: string
  readonly #dispatcher: Dispatcher

  constructor(undici: Undici, port: number, retries: boolean) {
    this.#undici = undici
    this.#url = `http://127.0.0.1:${port}`
    const client = new undici.H2CClient(this.#url)
    this.#dispatcher = retries ? new undici.RetryAgent(client, RETRIES) : client
  }

  async ask(content: Content): Promise<string> {
    const method = content === 'nothing' ? 'GET' : 'POST'
    const body = content === 'nothing' ? null : content === 'bytes' ? BYTES : stream()
    try {
      const { body: answer } = await this.#dispatcher.request({ origin: this.#url, path: '/', method, body })
      return await answer.text()
    } catch (error) {
      return codeOf(error)
    }
  }

  async fetch(content: Content): Promise<string> {
    const method = content === 'nothing' ? 'GET' : 'POST'
    const body = content === 'nothing' ? null : BYTES
    try {
      return await (await this.#undici.fetch(this.#url, { method, body, dispatcher: this.#dispatcher })).text()
    } catch (error) {
      return codeOf(error)
    }
  }

  async end(): Promise<void> {
    await this.#dispatcher.destroy()
  }
}

/** As docs/http2.md shows it: what both versions report of a refused stream. */
const RETRIES = {
  minTimeout: 10,
  methods: ['GET', 'POST'],
  errorCodes: ['UND_ERR_INFO', 'UND_ERR_SOCKET', 'ERR_HTTP2_STREAM_ERROR'],
}
