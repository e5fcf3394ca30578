import { setImmediate } from 'node:timers'
import { messageOf } from './errors.ts'

/** Where log lines go. Loggers such as those of pino, winston and Fastify have these methods. */
export interface Logger {
  /** A step of the process's life, as it should be. */
  info(message: string): void
  /** Something works, and may not be meant so. */
  warn(message: string): void
  /** Something has failed, such as a restart. The message says what that means for the service. */
  error(message: string): void
}

/** How many lines are still to be written, for each stream that has been stderr. */
const underWay = new WeakMap<NodeJS.WriteStream, number>()

/** Asks for stderr with each line, since applications replace it. */
function write(message: string): void {
  try {
    const { stderr } = process
    const done = ignoreErrors(stderr)
    try {
      stderr.write(`zerodown[${process.pid}] ${message}\n`, done)
    } catch {
      done() // Files that cannot be written to throw, in Node 20.
    }
  } catch {
    // There is no stderr at all.
  }
}

/**
 * Keeps a line that cannot be written from ending the process: nobody may read stderr any more (EPIPE), its terminal
 * may be gone (EIO), its disk full. The stream emits an 'error' for each such line, which ends the process where nobody
 * listens. A console with `ignoreErrors` listens for one event only, and two lines of the same turn make two. Errors of
 * what the application writes itself are left to it.
 * @returns to be called when the line is written, or will never be
 */
function ignoreErrors(stderr: NodeJS.WriteStream): () => void {
  const before = underWay.get(stderr) ?? 0
  if (before === 0) stderr.on('error', ignore)
  underWay.set(stderr, before + 1)
  const over = (): void => {
    const left = (underWay.get(stderr) ?? 1) - 1
    underWay.set(stderr, left)
    if (left === 0) stderr.off('error', ignore)
  }
  // The event comes after the callback, in the same turn.
  return () => void setImmediate(over)
}

function ignore(): void {}

/** Short lines on stderr. */
export const defaultLogger: Logger = {
  info: write,
  warn: (message) => write(`warning: ${message}`),
  error: (message) => write(`error: ${message}`),
}

/** Makes a logger that never throws: where this one fails, at once or by a promise, the line goes to stderr. */
export function tolerant(logger: Logger): Logger {
  const attempt =
    (level: keyof Logger) =>
    (message: string): void => {
      const failed = (error: unknown): void =>
        defaultLogger.error(`the logger failed (${messageOf(error)}) on: ${message}`)
      try {
        // It is declared to return nothing, but may be an async function all the same.
        const outcome: unknown = logger[level](message)
        if (outcome instanceof Promise) outcome.catch(failed)
      } catch (error) {
        failed(error)
      }
    }
  return { info: attempt('info'), warn: attempt('warn'), error: attempt('error') }
}

export const silentLogger: Logger = { info() {}, warn() {}, error() {} }
