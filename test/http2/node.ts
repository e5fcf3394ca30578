import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import { connect, constants } from 'node:http2'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Asker, Content } from './asker.ts'
import { BYTES, codeOf, stream } from './asker.ts'

/** Node's own client, which leaves it to the application to open a session and to repeat a request. */
export class NodeAsker implements Asker {
  readonly #url: string
  #session: ClientHttp2Session | undefined

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}`
  }

  async ask(content: Content): Promise<string> {
    let asked: ClientHttp2Stream | undefined
    try {
      asked = this.#openSession().request({ ':path': '/', ':method': content === 'nothing' ? 'GET' : 'POST' })
      if (content === 'stream') Readable.from(stream()).pipe(asked)
      else asked.end(content === 'bytes' ? BYTES : undefined)
      return await text(asked)
    } catch (error) {
      return asked?.rstCode === constants.NGHTTP2_REFUSED_STREAM ? 'refused' : codeOf(error)
    }
  }

  /** As docs/http2.md shows it. */
  async askAgainIfRefused(content: Content): Promise<string> {
    const answer = await this.ask(content)
    return answer === 'refused' ? this.ask(content) : answer
  }

  end(): void {
    this.#session?.destroy()
  }

  #openSession(): ClientHttp2Session {
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed) {
      this.#session = connect(this.#url).on('error', () => {})
    }
    return this.#session
  }
}
