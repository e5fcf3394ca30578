import type { Supervised } from './supervised.ts'

/** Answers under way. */
export interface InFlight {
  /** How many come to their end, of how many. */
  complete(): Promise<string>
}

const CHUNKS = 5

/** Asks for answers that take so long (ms), on connections of their own, and returns when all of them have begun. */
export async function inFlight({ target }: Supervised, count: number, duration: number): Promise<InFlight> {
  const to = target()
  if (!('port' in to)) throw new Error('It listens on no port.')
  const url = `http://${to.host}:${to.port}/stream?chunks=${CHUNKS}&ms=${duration / CHUNKS}`
  const responses = await Promise.all(Array.from({ length: count }, () => fetch(url)))
  return {
    async complete() {
      const bodies = await Promise.all(responses.map((response) => response.text().catch(() => '')))
      return `${bodies.filter((body) => body.includes(`chunk ${CHUNKS} of`)).length} of ${count}`
    },
  }
}
