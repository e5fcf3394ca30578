import { createRequire } from 'node:module'
import type { carry } from '@zerodown/carry'
import { kindsOfPredecessor } from '@zerodown/core/kinds'
import type { raw } from '@zerodown/raw'
import type { sessions } from '@zerodown/sessions'
import type { socketIo } from '@zerodown/socket.io'
import type { stream } from '@zerodown/stream'
import type { isMove, ws } from '@zerodown/ws'

/** What moves more than idle HTTP. Each is loaded when it is first used, so that it costs nothing where it is not. */
interface Parts {
  readonly '@zerodown/carry': { readonly carry: typeof carry }
  readonly '@zerodown/raw': { readonly raw: typeof raw }
  readonly '@zerodown/sessions': { readonly sessions: typeof sessions }
  readonly '@zerodown/socket.io': { readonly socketIo: typeof socketIo }
  readonly '@zerodown/stream': { readonly stream: typeof stream }
  readonly '@zerodown/ws': { readonly ws: typeof ws; readonly isMove: typeof isMove }
}

const require = createRequire(import.meta.url)

/** Loads a part. */
export const part = <Name extends keyof Parts>(name: Name): Parts[Name] => require(name) as Parts[Name]

/** Those that an application uses only when a request comes, by what they move. */
const LATE: Readonly<Record<string, keyof Parts>> = { 'event-stream': '@zerodown/stream' }

/** Loads what the predecessor uses: its connections come here before the first request does. */
export function loadPartsOfPredecessor(): void {
  for (const kind of kindsOfPredecessor) {
    const name = LATE[kind]
    if (name !== undefined) part(name)
  }
}
