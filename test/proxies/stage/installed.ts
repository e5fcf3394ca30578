import { spawnSync } from 'node:child_process'

/** Programs of which at least one is not there, as words for a title; `undefined`: all are. */
export function missing(...programs: string[]): string | undefined {
  const none = programs.filter((program) => spawnSync(program, ['-v']).error !== undefined)
  return none.length === 0 ? undefined : `${none.join(' and ')} not installed`
}
