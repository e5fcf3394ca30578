import { peers } from './channel/peers.ts'
import { holdHere, isHeldHere } from './connections/held-here.ts'
import { takeFromApplication, withoutApplication } from './connections/own-listeners.ts'
import { addKind } from './handover/kinds/kinds.ts'
import { limitRequests, requestsOn } from './handover/kinds/http1/request-limit.ts'
import { replay } from './handover/replay/replay.ts'
import { isReplaying } from './handover/replay/replaying.ts'
import { serveRequests } from './handover/replay/serve-requests.ts'
import type { Logger } from './logger.ts'
import { socketPair } from './node/socket-pair.ts'
import { origin } from './restart/origin.ts'
import { attachmentOf } from './servers/attachments.ts'
import { Zerodown, active, addFace, create, instanceBehind, zerodown } from './zerodown.ts'

/** Under this name each copy of this package in a process finds the first one. */
const KEY: unique symbol = Symbol.for('zerodown.core')

/** Changes when a copy could no longer use what another one has here. */
const CONTRACT = 1

/** What one copy of this package gives to others in the same process. */
interface Copy {
  readonly contract: number
  /** Where it was loaded from. */
  readonly from: string
  readonly zerodown: Zerodown
  readonly Zerodown: typeof Zerodown
  readonly create: typeof create
  readonly addFace: typeof addFace
  readonly instanceBehind: typeof instanceBehind
  readonly instanceInCharge: () => Zerodown | undefined
  readonly attachmentOf: typeof attachmentOf
  readonly addKind: typeof addKind
  readonly peers: typeof peers
  readonly replay: typeof replay
  readonly isReplaying: typeof isReplaying
  readonly holdHere: typeof holdHere
  readonly isHeldHere: typeof isHeldHere
  readonly takeFromApplication: typeof takeFromApplication
  readonly withoutApplication: typeof withoutApplication
  readonly serveRequests: typeof serveRequests
  readonly requestsOn: typeof requestsOn
  readonly limitRequests: typeof limitRequests
  readonly kindsOfPredecessor: readonly string[]
  readonly socketPair: typeof socketPair
  readonly log: (level: keyof Logger, message: string) => void
  /** Another copy was loaded. */
  readonly meet: (from: string) => void
}

const own: Copy = {
  contract: CONTRACT,
  from: import.meta.url,
  zerodown,
  Zerodown,
  create,
  addFace,
  instanceBehind,
  instanceInCharge: () => active.current,
  attachmentOf,
  addKind,
  peers,
  replay,
  isReplaying,
  holdHere,
  isHeldHere,
  takeFromApplication,
  withoutApplication,
  serveRequests,
  requestsOn,
  limitRequests,
  kindsOfPredecessor: origin.inheritance?.kinds ?? [],
  socketPair,
  log: (level, message) => active.log(level, message),
  meet: (from) =>
    active.log(
      'warn',
      `this process has loaded zerodown twice, from ${own.from} and from ${from}. The first one does everything.`,
    ),
}

/**
 * The copy that does everything: the first that was loaded. Signals, inherited listeners and the channel to the predecessor are
 * those of the process, and two copies that listen to a signal would start two successors. It happens with
 * `zerodown/register` from one place and an import from another, with bundles, and with several versions in node_modules.
 */
export const firstCopy: Copy = findFirst()

function findFirst(): Copy {
  const holder = process as { [KEY]?: Copy }
  const first = holder[KEY]
  if (first === undefined) {
    Object.defineProperty(process, KEY, { value: own })
    return own
  }
  if (first.contract === CONTRACT) {
    first.meet(own.from)
    return first
  }
  active.stepBack(
    `another version of zerodown is in charge of this process, that from ${first.from}. This one, from ${own.from}, ` +
      'leaves its servers alone. Install one version.',
  )
  return own
}
