import type { ServerOptions, ServerProcess } from '../../support/index.ts'
import { startServer } from '../../support/index.ts'

/** What is particular to one generation. */
export interface Particular {
  /** How it answers. */
  status?: number
  head?: Record<string, string>
  /** At the request of that number. */
  killedAt?: number
  /** At each request. */
  stopped?: boolean
  giveFails?: boolean
  /** Its maxRequestsPerSocket. */
  requests?: number
}

export interface Choices extends ServerOptions {
  framework?: 'http' | 'express' | 'koa' | 'fastify'
  generations?: Record<number, Particular>
}

/** The environment of the fixture `streams`. */
export const environmentFor = ({ framework = 'http', generations = {}, env }: Choices): Record<string, string> => ({
  FRAMEWORK: framework,
  START: String(Date.now()),
  GENERATIONS: JSON.stringify(generations),
  ...env,
})

/** The fixture `streams`. */
export const startStreams = (choices: Choices = {}): Promise<ServerProcess> =>
  startServer('streams', { ...choices, env: environmentFor(choices) })

/** What the processes of the fixture have told. */
export const told = ({ output }: ServerProcess, event: string): { by: number; event: string }[] =>
  output.lines.flatMap((line) => {
    const said = line.startsWith('{"event"') ? (JSON.parse(line) as { by: number; event: string }) : undefined
    return said?.event === event ? [said] : []
  })
