/** What a request carries: nothing (GET), or a body (POST) that the client can send again, or one that it cannot. */
export type Content = 'nothing' | 'bytes' | 'stream'

export interface Asker {
  /** Asks once: the generation that answered, or the code of the error. */
  ask(content: Content): Promise<string>
  end(): unknown
}

export const BYTES: Buffer = Buffer.from('body')

export async function* stream(): AsyncGenerator<Buffer> {
  yield BYTES
}

/** What the error is called that a client reports: that of its cause, as with fetch. */
export function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  return cause === undefined ? String(code) : codeOf(cause)
}
