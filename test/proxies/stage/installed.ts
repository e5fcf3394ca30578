import { spawnSync } from 'node:child_process'

/** Whether all of these programs are there, and if not, what a title has to say of it. */
export function installed(...programs: string[]): { runs: boolean; note: string } {
  const none = programs.filter((program) => spawnSync(program, ['-v']).error !== undefined)
  return { runs: none.length === 0, note: none.length === 0 ? '' : ` (skipped: ${none.join(' and ')} not installed)` }
}
