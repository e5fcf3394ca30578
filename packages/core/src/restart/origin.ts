import { Channel } from '../channel/channel.ts'
import { Lanes } from '../channel/lanes.ts'
import { inheritedCarrier } from '../channel/process-carrier.ts'
import { LANES } from '../channel/supervision.ts'
import { activatedListeners } from '../listeners/activated.ts'
import { InheritedListeners } from '../listeners/inherited.ts'
import { PortZeroOrder } from '../listeners/port-zero-order.ts'
import { outliveReaders } from '../process/unread-output.ts'
import { Chain } from './chain.ts'
import type { StartCommand } from './start-command.ts'
import { readStartCommand } from './start-command.ts'
import type { Inheritance } from './inheritance.ts'
import { receiveInheritance } from './inheritance.ts'
import { takePidVariables } from './pid-variables.ts'
import { Predecessor } from './predecessor.ts'
import { reportUncaught } from './last-words.ts'
import { Supervisor } from './supervisor.ts'

/** What this process was started with. */
export interface Origin {
  readonly startCommand: StartCommand
  readonly generation: number
  /** What the predecessor passed on; `undefined` in the first generation. */
  readonly inheritance: Inheritance | undefined
  readonly listeners: InheritedListeners
  readonly portZeroOrder: PortZeroOrder
  readonly predecessor: Predecessor | undefined
  readonly chain: Chain
  /** Where this process is a worker of one. */
  readonly supervisor?: Supervisor | undefined
  /** Why an inheritance was ignored that was in the environment. */
  readonly ignored: string | undefined
  /**
   * Ends the early watch for triggers.
   * @returns whether one came since it was last asked. It is asked each time that the process begins to listen
   */
  stopEarlyWatch(): boolean
}

/**
 * Read when the module is loaded: as early as possible, before the application changes its environment, title or
 * directory; and only once, since this takes the inheritance out of the environment.
 */
export const origin: Origin = readOrigin()

/**
 * Whether this process is in charge. The first generation always is; a later one is from its predecessor's commit, or
 * death, on.
 */
export const isInCharge = ({ predecessor }: Origin): boolean =>
  predecessor === undefined || predecessor.takeOver !== undefined

/** Whether somebody has started this process as the server: a predecessor, or a supervisor. */
export const isStartedAsServer = ({ predecessor, supervisor }: Origin): boolean =>
  predecessor !== undefined || supervisor !== undefined

function readOrigin(): Origin {
  const { inheritance, ignored } = receiveInheritance()
  const startCommand = takePidVariables(readStartCommand(), inheritance)
  const { predecessor, supervisor } = inheritance === undefined ? {} : whoIsThere(inheritance)
  if (inheritance !== undefined) {
    reportUncaught((message) => {
      predecessor?.reportDying(message)
      supervisor?.reportDying(message)
    })
  }
  return {
    startCommand,
    generation: inheritance?.generation ?? 1,
    inheritance,
    listeners: new InheritedListeners(inheritance?.listeners ?? activatedListeners(startCommand.env)),
    portZeroOrder: new PortZeroOrder(),
    predecessor,
    chain: new Chain(predecessor),
    supervisor,
    ignored,
    stopEarlyWatch: watchEarly(inheritance?.restartSignals ?? []),
  }
}

interface WhoIsThere {
  readonly predecessor?: Predecessor | undefined
  readonly supervisor?: Supervisor | undefined
}

/**
 * Takes the channel to the predecessor; a supervisor passes on what the two say, over its own. It has nothing to do with
 * `process.send`, `process.channel` and their events, which belong to the application.
 */
function whoIsThere({ predecessor, channel, worker }: Inheritance): WhoIsThere {
  const carrier = inheritedCarrier(channel)
  if (worker === undefined) return { predecessor: new Predecessor(predecessor ?? 0, new Channel(carrier)) }
  if (worker.piped === true) outliveReaders()
  const lanes = new Lanes(carrier)
  const supervisor = new Supervisor(worker, lanes)
  if (predecessor === undefined) return { supervisor }
  return { supervisor, predecessor: new Predecessor(predecessor, new Channel(lanes.open(LANES.predecessor))) }
}

/**
 * Keeps a trigger from killing a successor that is still starting: without a listener SIGUSR2 ends a process, and
 * `systemctl kill -s USR2` sends it to every process of the service.
 */
function watchEarly(signals: readonly NodeJS.Signals[]): () => boolean {
  let triggered = false
  const note = (): void => {
    triggered = true
  }
  for (const signal of signals) process.on(signal, note)
  return () => {
    for (const signal of signals) process.off(signal, note)
    const came = triggered
    triggered = false
    return came
  }
}
