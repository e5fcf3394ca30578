import { readStartCommand, refuseHeld } from '@zerodown/core/supervision'
import type { RunFile, RunSettings } from '@zerodown/run'
import { Supervisor, readConfigFile, resolveRun, runAlone, wayOn, workerTexts } from '@zerodown/run'
import type { Command } from '../command.ts'
import { CommandError, UsageError } from '../command.ts'
import { parseRun } from './arguments.ts'
import { USAGE } from './usage.ts'

const REGISTER = new URL('../../register/index.js', import.meta.url).href

const flags = workerTexts.map(({ flag, wants }) => `  ${`--${flag}`.padEnd(21)}${wants}`)

/** Runs a server until it is told to end. */
export const run: Command = {
  usage: USAGE.replace('OPTIONS_OF_WORKERS', flags.join('\n')),
  async run(args) {
    const given = parseRun(args)
    if (given === 'help') {
      process.stdout.write(run.usage)
      return 0
    }
    const settings = await settingsFrom(given)
    const way = wayOn({ platform: process.platform, bun: 'bun' in process.versions }, settings.workers)
    if (way.way === 'refuse') throw new CommandError(way.why)
    if (way.way === 'alone') {
      settings.logger.warn(way.why)
      return runAlone(settings)
    }
    return supervisor(settings).run()
  },
}

async function settingsFrom(given: RunFile): Promise<RunSettings> {
  try {
    const options = { ...(await readConfigFile(process.cwd())), ...given }
    if (options.script === undefined)
      throw new UsageError('which program? Name it, or have a configuration file do so.')
    return resolveRun(options, REGISTER)
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function supervisor(settings: RunSettings): Supervisor {
  try {
    refuseHeld(settings, readStartCommand().cwd)
    return new Supervisor(settings)
  } catch (error) {
    throw new CommandError((error as Error).message, { cause: error })
  }
}
