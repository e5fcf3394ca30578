import { createRequire } from 'node:module'
import type { carry } from '@zerodown/carry'
import type { raw } from '@zerodown/raw'

/** What moves more than idle HTTP. Each is loaded when it is first used, so that it costs nothing where it is not. */
interface Parts {
  readonly '@zerodown/carry': { readonly carry: typeof carry }
  readonly '@zerodown/raw': { readonly raw: typeof raw }
}

const require = createRequire(import.meta.url)

/** Loads a part. */
export const part = <Name extends keyof Parts>(name: Name): Parts[Name] => require(name) as Parts[Name]
