/** What `server.ts` can be. */
export type Kind = 'bare' | 'attached'

export interface Kinds {
  readonly base: Kind
  readonly ours: Kind
}

export const PROGRAM: URL = new URL('server.js', import.meta.url)
