import type { Socket } from 'node:net'
import type { Answer } from '@zerodown/load'
import { Wire as BareWire } from '../../../packages/adapter-suite/src/wire.ts'
import { cleanUp } from '../../support/clean-up.ts'

export { GET } from '../../../packages/adapter-suite/src/wire.ts'

/** One connection whose every byte the test decides. It ends with the test. */
export class Wire extends BareWire {
  constructor(socket: Socket) {
    super(socket)
    cleanUp(() => this.destroy())
  }
}

/** Its head, as far as the empty line at its end. */
export const POST = (path: string, length: number): string =>
  `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${length}\r\n\r\n`

export const generationOf = ({ headers }: Answer): number => Number(headers.get('x-generation'))

/** What `GET /large` answers. */
export const large = (bytes: number): Buffer => Buffer.alloc(bytes, STRETCHES)

const STRETCHES = Array.from({ length: 10_000 }, (_, at) => String(at).padStart(8, '0')).join('')
