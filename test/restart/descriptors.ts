import type { ServerProcess } from '../support/index.ts'
import { until } from '../support/index.ts'
import { getJson } from './get.ts'

/**
 * How many descriptors the serving generation of the `descriptors` fixture has open, when its predecessor's channel is
 * closed and the only connection is the one over which it is asked.
 */
export async function descriptorsAtRest(server: ServerProcess): Promise<number> {
  const atRest = async (): Promise<number | undefined> => {
    const open = await getJson<{ connections: number; descriptors: number; channel: boolean }>(
      server.target(),
      '/descriptors',
    )
    return open.connections === 1 && !open.channel ? open.descriptors : undefined
  }
  return until(atRest, 'the end of all other connections')
}
