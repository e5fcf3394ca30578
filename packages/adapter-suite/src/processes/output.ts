import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { Watch } from './until.ts'

/** What a process and its successors have printed, line by line: they all share the first one's stdout and stderr. */
export class Output {
  readonly lines: string[] = []
  /** Notified of every line, and when nobody is left who could print one. */
  readonly watch: Watch = new Watch()
  #open = 0

  constructor(streams: Readable[], onLine: (line: string) => void) {
    for (const stream of streams) {
      this.#open += 1
      createInterface({ input: stream })
        .on('line', (line) => {
          this.lines.push(line)
          onLine(line)
          this.watch.notify()
        })
        .on('close', () => {
          this.#open -= 1
          this.watch.notify()
        })
    }
  }

  /** Every process that could print has ended. */
  get closed(): boolean {
    return this.#open === 0
  }

  /** The first line from number `from` on that matches, printed already or still to come. */
  waitFor(
    pattern: RegExp,
    { from = 0, timeout = 10_000 }: { from?: number; timeout?: number } = {},
  ): Promise<RegExpExecArray> {
    let next = from
    return this.watch.until(
      () => {
        while (next < this.lines.length) {
          const match = pattern.exec(this.lines[next++] ?? '')
          if (match !== null) return match
        }
        if (this.closed) throw new Error(`All have ended, and no line was like ${pattern}. ${this}`)
        return undefined
      },
      () => `a line like ${pattern}. ${this}`,
      timeout,
    )
  }

  toString(): string {
    return this.lines.length === 0 ? 'Nothing was printed.' : `Printed was:\n${this.lines.slice(-60).join('\n')}`
  }
}
