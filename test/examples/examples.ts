/** A folder of examples/, and how its README says that it is started. */
export interface Example {
  readonly example: string
  readonly program?: string
  readonly nodeArgs?: readonly string[]
  /** What it says of itself besides its pid. */
  readonly knows?: { generation?: number }
}

export const EXAMPLES: readonly Example[] = [
  { example: 'http' },
  { example: 'express' },
  { example: 'fastify' },
  { example: 'koa' },
  { example: 'hono' },
  { example: 'nest', program: 'dist/main.js' },
  { example: 'systemd' },
  { example: 'logging', program: 'pino.js' },
  { example: 'logging', program: 'winston.js' },
  { example: 'logging', program: 'fastify.js' },
  { example: 'metrics' },
  { example: 'tracing' },
  // It has never heard of generations.
  { example: 'register', nodeArgs: ['--import', 'zerodown/register'], knows: {} },
]
