import { isDeepStrictEqual } from 'node:util'
import type { ServerProcess } from '../../packages/adapter-suite/src/processes/server-process.ts'

/** One line that a fixture has told: an event, the generation that had it, and its message. */
export interface Told {
  readonly event: string
  readonly by: number
}

type Any = Readonly<Record<string, unknown>>

/** What all generations have told so far, in that order. @param event default: all events */
export const eventsOf = <Message = Any>(server: ServerProcess, event?: string): (Told & Message)[] =>
  server.output.lines
    .filter((line) => line.startsWith('{"event"'))
    .map((line) => JSON.parse(line) as Told & Message)
    .filter((told) => event === undefined || told.event === event)

/** The first event like this, told already or still to come. @param timeout ms */
export function waitForEvent<Message = Any>(
  server: ServerProcess,
  like: Partial<Told & Message>,
  timeout = 15_000,
): Promise<Told & Message> {
  const matches = (told: Told & Message): boolean =>
    Object.entries(like).every(([name, value]) => isDeepStrictEqual(told[name as keyof Message], value))
  return server.output.watch.until(
    () => eventsOf<Message>(server).find(matches),
    () => `the event ${JSON.stringify(like)}. ${server.output}`,
    timeout,
  )
}
