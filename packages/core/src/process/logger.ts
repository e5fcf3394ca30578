import { messageOf } from '../errors.ts'

export interface Logger {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

const write = (message: string): void => {
  process.stderr.write(`zerodown[${process.pid}] ${message}\n`)
}

/** Short lines on stderr. */
export const defaultLogger: Logger = {
  info: write,
  warn: (message) => write(`warning: ${message}`),
  error: (message) => write(`error: ${message}`),
}

/** A logger that fails must not stop a restart half-way. */
export function tolerant(logger: Logger): Logger {
  const attempt =
    (level: keyof Logger) =>
    (message: string): void => {
      try {
        logger[level](message)
      } catch (error) {
        defaultLogger.error(`the logger failed (${messageOf(error)}) on: ${message}`)
      }
    }
  return { info: attempt('info'), warn: attempt('warn'), error: attempt('error') }
}

export const silentLogger: Logger = { info() {}, warn() {}, error() {} }
