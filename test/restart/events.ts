import type { ServerProcess } from '../support/index.ts'

/** One line of the `events` fixture. */
export interface Told {
  via: string
  generation: number
  name: string
  /** ms since the start of the process that tells. */
  at: number
  message: Record<string, unknown>
}

/** All that was told so far, in order. */
export function toldBy(server: ServerProcess): Told[] {
  return server.output.lines.flatMap((line) => {
    const match = /^(event|channel|status) (\d+) (\w+) ([\d.]+) (.*)$/.exec(line)
    if (match === null) return []
    const [, via = '', generation, name = '', at, message = ''] = match
    return [
      { via, generation: Number(generation), name, at: Number(at), message: JSON.parse(message) as Told['message'] },
    ]
  })
}

/** An event, told already or still to come. `from`: the line to begin with. */
export async function waitForEvent(server: ServerProcess, generation: number, name: string, from = 0): Promise<Told> {
  await server.waitForLog(new RegExp(`^event ${generation} ${name} `), { timeout: 15_000, from })
  const told = toldBy(server).findLast(
    (one) => one.via === 'event' && one.generation === generation && one.name === name,
  )
  if (told === undefined) throw new Error(`${name} of generation ${generation} cannot be read. ${server.output}`)
  return told
}
