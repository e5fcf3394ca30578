import { createLogUpdate } from 'log-update'
import type { Line } from '../service/control-client.ts'
import { colours } from './colours.ts'
import { Narrator } from './words.ts'

/** Says what happens while it happens. */
export interface Reporter {
  tell(line: Line): void
  /** Called when nothing more comes. @param summary the last line; `undefined`: what was under way has failed */
  end(summary?: string): void
}

type Write = (text: string) => void

/** NDJSON, each line as it came. */
export const jsonReporter = (write: Write): Reporter => ({
  tell: (line) => write(`${JSON.stringify(line)}\n`),
  end() {},
})

/** A line for each step; how much is left while it drains is no news. */
export function plainReporter(write: Write): Reporter {
  const narrator = new Narrator()
  return {
    tell(line) {
      const told = narrator.say(line)
      if (told !== undefined && !told.passing) write(`${told.text}\n`)
    },
    end(summary) {
      if (summary !== undefined) write(`${summary}\n`)
    },
  }
}

/** How often the line that is being worked on is drawn. ms */
const FRAME = 80
const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'

/** For a terminal: what is being worked on is the last line, which changes. */
export function liveReporter(stream: NodeJS.WriteStream): Reporter {
  const narrator = new Narrator()
  const lines = createLogUpdate(stream)
  const done: string[] = []
  let now = ''
  let frame = 0
  const draw = (): void => {
    frame += 1
    const working = now === '' ? [] : [`${colours.cyan(FRAMES[frame % FRAMES.length] ?? '')} ${now}`]
    lines([...done, ...working].join('\n'))
  }
  const finish = (mark = colours.green('✓')): void => {
    if (now !== '') done.push(`${mark} ${now}`)
    now = ''
  }
  const timer = setInterval(draw, FRAME)
  let passing = false
  return {
    tell(line) {
      const told = narrator.say(line)
      if (told === undefined) return
      if (!passing) finish()
      ;({ text: now, passing } = told)
      draw()
    },
    end(summary) {
      clearInterval(timer)
      if (summary === undefined) finish(colours.red('✗'))
      else {
        if (passing) now = ''
        finish()
        done.push(colours.bold(summary))
      }
      draw()
      lines.done()
    },
  }
}

export function reporterFor(json: boolean): Reporter {
  const write: Write = (text) => void process.stdout.write(text)
  if (json) return jsonReporter(write)
  return process.stdout.isTTY ? liveReporter(process.stdout) : plainReporter(write)
}
