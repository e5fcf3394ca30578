import type { Application, Place } from './application.ts'
import { WORKERS } from './load.ts'

/** Where many of them are told to listen. */
export const variables = ({ host, port }: Place): Record<string, string> => ({ HOST: host, PORT: String(port) })

/** As most of them are started, and asked. */
export const usual = {
  env: variables,
  path: '/identity',
  workers: WORKERS,
  question: (ms: number) => ({ path: `/slow?ms=${ms}` }),
} satisfies Partial<Application>
