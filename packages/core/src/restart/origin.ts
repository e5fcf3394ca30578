import { Channel } from '../channel/channel.ts'
import { inheritedCarrier } from '../channel/process-carrier.ts'
import { InheritedListeners } from '../listeners/inherited.ts'
import { PortZeroOrder } from '../listeners/port-zero-order.ts'
import type { StartCommand } from './start-command.ts'
import { readStartCommand } from './start-command.ts'
import type { Inheritance } from './inheritance.ts'
import { receiveInheritance } from './inheritance.ts'
import { takeListenPid } from './listen-pid.ts'
import { Predecessor } from './predecessor.ts'

/** What this process was started with. */
export interface Origin {
  readonly startCommand: StartCommand
  readonly generation: number
  /** What the predecessor passed on; `undefined` in the first generation. */
  readonly inheritance: Inheritance | undefined
  readonly listeners: InheritedListeners
  readonly portZeroOrder: PortZeroOrder
  readonly predecessor: Predecessor | undefined
  /** Why an inheritance was ignored that was in the environment. */
  readonly ignored: string | undefined
  /** Ends the early watch for triggers; whether one came. It is asked each time that the process begins to listen. */
  stopEarlyWatch(): boolean
}

/**
 * Read when the module is loaded: as early as there can be, before the application changes its environment, title or
 * directory, and once, since the inheritance is taken out of the environment.
 */
export const origin: Origin = readOrigin()

/** A generation is in charge from its predecessor's commit on, or from its death; the first one always is. */
export const isInCharge = ({ predecessor }: Origin): boolean =>
  predecessor === undefined || predecessor.takeOver !== undefined

function readOrigin(): Origin {
  const { inheritance, ignored } = receiveInheritance()
  const startCommand = takeListenPid(readStartCommand(), inheritance)
  return {
    startCommand,
    generation: inheritance?.generation ?? 1,
    inheritance,
    listeners: new InheritedListeners(inheritance?.listeners ?? []),
    portZeroOrder: new PortZeroOrder(),
    predecessor: inheritance && predecessorOf(inheritance),
    ignored,
    stopEarlyWatch: watchEarly(inheritance?.restartSignals ?? []),
  }
}

/** The channel is an object of ours: the application's `process.send`, `process.channel` and their events are its own. */
function predecessorOf({ predecessor, channel }: Inheritance): Predecessor {
  return new Predecessor(predecessor, new Channel(inheritedCarrier(channel)))
}

/**
 * A successor that still starts would be killed by a trigger, SIGUSR2's default action, when somebody signals every
 * process of the service (`systemctl kill -s USR2`).
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
