import { once } from 'node:events'
import { Server } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** A framework that listens calls back, some a little later. ms */
const CALLED_WITHIN = 2000

/** Some do not call back when they cannot listen, and nothing tells which. ms */
const NOT_CALLED_WITHIN = 50

/** On a busy machine time may pass in which nothing of this process runs. */
const TURNS = 20

/** Everything that can be seen of one call of `listen()`. */
export interface Seen {
  readonly returned: unknown
  /** What it threw, or its promise rejected with. */
  readonly failed: unknown
  readonly called: readonly { readonly args: readonly unknown[]; readonly self: unknown }[]
  /** Errors that reached the server's own listeners. */
  readonly errors: readonly unknown[]
  readonly listens: unknown
}

/** Calls `listen()`, waits for its outcome, and closes what it made. */
export async function seenOf(
  application: object,
  args: readonly unknown[],
  callback: boolean,
  close: (application: object) => unknown = () => {},
): Promise<Seen> {
  const called: { args: readonly unknown[]; self: unknown }[] = []
  const errors: unknown[] = []
  let server: Server | undefined
  const about = (value: unknown): unknown => describe(value, application, server)
  function calledBack(this: unknown, ...outcome: unknown[]): void {
    called.push({ args: outcome.map(about), self: about(this) })
  }
  const outcome = (returned: unknown, failed?: unknown): Seen => {
    const address = server?.listening === true ? server.address() : null
    const listens = typeof address === 'object' ? address?.address : 'a path'
    return { returned, failed: about(failed), called, errors, listens }
  }
  const listen: unknown = Reflect.get(application, 'listen')
  if (typeof listen !== 'function') throw new TypeError('The application has no listen().')
  let returned: unknown
  try {
    returned = Reflect.apply(listen, application, callback ? [...args, calledBack] : args)
    server = serverOf(returned) ?? serverOf(application)
    server?.on('error', (error) => errors.push(about(error)))
    await Promise.all([returned, server === undefined ? undefined : settled(server)])
    if (callback) await calledWithin(called, server?.listening === true ? CALLED_WITHIN : NOT_CALLED_WITHIN)
    // Whoever is called a second time is called by then.
    await new Promise((turn) => setImmediate(turn))
    return outcome(about(returned))
  } catch (error) {
    return outcome(about(returned), error)
  } finally {
    await close(application)
    if (server?.listening === true) await once(server.close(), 'close')
  }
}

async function calledWithin(called: readonly unknown[], ms: number): Promise<void> {
  const late = performance.now() + ms
  for (let turn = 0; called.length === 0 && (turn < TURNS || performance.now() < late); turn++) await wait(1)
}

function serverOf(value: unknown): Server | undefined {
  if (value instanceof Server) return value
  const own: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'server') : undefined
  return own instanceof Server ? own : undefined
}

async function settled(server: Server): Promise<void> {
  if (server.listening) return
  const failed = new Promise<void>((resolve) => server.once('error', () => resolve()))
  await Promise.race([once(server, 'listening').catch(() => {}), failed])
}

/** So that two are alike that differ only in a port, or in the name under which a path is bound first. */
function describe(value: unknown, application: object, server: Server | undefined): unknown {
  if (value === application) return 'the application'
  if (value instanceof Server) return value === server || server === undefined ? 'a server' : 'another server'
  if (value instanceof Promise) return 'a promise'
  if (typeof value === 'string') return value.replace(/\.\d+\.\d+\.tmp/, '').replaceAll(/:\d+/g, ':<port>')
  if (!(value instanceof Error)) return value
  const { name, message, code } = value as NodeJS.ErrnoException
  return { name, code, message: describe(message, application, server) }
}
