import { Client, credentials } from '@grpc/grpc-js'
import type { Asker, Content } from './asker.ts'
import { BYTES } from './asker.ts'

const METHOD = '/zerodown.Test/Ask'
const asIs = (bytes: Buffer): Buffer => bytes

/** A client of grpc-js as it is by default. */
export class GrpcAsker implements Asker {
  readonly #client: Client

  constructor(port: number) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  }

  ask(content: Content): Promise<string> {
    return new Promise((resolve) => {
      const answered = (error: { code: number } | null, answer?: Buffer): void =>
        resolve(error === null ? String(answer) : String(error.code))
      if (content !== 'stream') return this.#client.makeUnaryRequest(METHOD, asIs, asIs, BYTES, answered)
      const call = this.#client.makeClientStreamRequest(METHOD, asIs, asIs, answered)
      call.write(BYTES)
      return call.end()
    })
  }

  end(): void {
    this.#client.close()
  }
}
