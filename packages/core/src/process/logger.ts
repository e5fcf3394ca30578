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

export const silentLogger: Logger = { info() {}, warn() {}, error() {} }
