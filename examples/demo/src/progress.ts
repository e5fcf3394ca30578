import type { Load } from '@zerodown/load'
import colours from './colours.ts'
import type { Restart } from './restart.ts'

const { stdout } = process
const REDRAW = 100

/** One line per restart; on a terminal, a last line that moves with the load. */
export class Progress {
  #timer: NodeJS.Timeout | undefined
  #answering = ''
  #state = ''

  begin(load: Load): void {
    load.on('answer', ({ generation }) => {
      if (generation !== undefined) this.#answering = generation
    })
    if (stdout.isTTY) this.#timer = setInterval(() => this.#draw(load), REDRAW)
  }

  say(line: string): void {
    this.#clear()
    stdout.write(`${line}\n`)
  }

  now(state: string): void {
    this.#state = state
  }

  restarted(number: number, total: number, row: Restart): void {
    const failed = `${row.failed} failed`
    this.say(
      `${colours.green('✓')} restart ${String(number).padStart(2)}/${total}: generation ${row.generation}, ` +
        `first answer after ${row.firstAnswer.toFixed(0)} ms, ${row.requests} requests, ` +
        `${row.failed === 0 ? failed : colours.red(failed)}, worst latency ${row.worstLatency.toFixed(1)} ms`,
    )
  }

  end(): void {
    clearInterval(this.#timer)
    this.#clear()
  }

  #draw(load: Load): void {
    const { requests, failed, latency, elapsed } = load.stats()
    const line =
      `${this.#state} · generation ${this.#answering} answers · ${requests} requests · ${failed} failed · ` +
      `p50 ${latency.p50.toFixed(1)} ms, max ${latency.max.toFixed(1)} ms · ${(elapsed / 1000).toFixed(0)} s`
    this.#clear()
    stdout.write(colours.dim(line.slice(0, stdout.columns - 1)))
  }

  #clear(): void {
    if (!stdout.isTTY) return
    stdout.clearLine(0)
    stdout.cursorTo(0)
  }
}
