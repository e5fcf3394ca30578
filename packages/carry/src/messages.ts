import type { GenerationInfo } from '@zerodown/core'
import type { Settings } from './options.ts'

/** Of what follows, and of what goes over the pipe. */
export const PROTOCOL = 1

/** From the successor: it asks for the state. */
export interface FromTaker {
  readonly ask: number
  readonly version: string | number
  readonly maxBytes: number
  readonly timeout: number
  /** What the giver says first over the pipe. */
  readonly token: string
}

/** From the predecessor: the handle that comes with it is the pipe, or there is nothing. */
export type FromGiver =
  | {
      /** What the taker says first over the pipe. */
      readonly token: string
      readonly from: GenerationInfo
      readonly refused?: never
    }
  | { readonly refused: string }

/** Why the predecessor cannot give what the successor asks for. */
export function whyNot(ask: FromTaker, { version }: Settings): string | undefined {
  if (ask.ask !== PROTOCOL) return 'its release of zerodown does this in another way'
  return ask.version === version
    ? undefined
    : `its version is ${JSON.stringify(version)}, not ${JSON.stringify(ask.version)}`
}
