import { constants } from 'node:os'
import { isMainThread } from 'node:worker_threads'
import type { InheritedListener } from '../listeners/inherited.ts'
import type { ListenTarget } from '../listeners/listen-target.ts'
import type { WorkerInfo } from '../channel/supervision.ts'
import { inodeOf } from '../node/stat.ts'

/** The environment variable that a predecessor gives to its successor. */
export const INHERITANCE_VARIABLE = 'ZERODOWN_INHERITANCE'

/**
 * To be changed when an older successor could no longer read what a newer predecessor writes, or the other way round.
 */
const VERSION = 1

/** Which of a supervisor's processes this one is. */
export interface Worker extends WorkerInfo {
  /** pid of the supervisor. */
  readonly supervisor: number
}

export interface Inheritance {
  readonly generation: number
  /** pid of the predecessor; `undefined` where a supervisor has started a process that follows nobody. */
  readonly predecessor?: number | undefined
  /** The descriptor of the channel to it; to the supervisor, where there is one. */
  readonly channel: number
  /** Where a supervisor has started this process. */
  readonly worker?: Worker | undefined
  readonly listeners: readonly InheritedListener[]
  /** The signals that trigger a restart. */
  readonly restartSignals: readonly NodeJS.Signals[]
  /**
   * Variables that `launch.env` has changed, with their values at the start of the first generation; `null`: not set.
   */
  readonly restore: Readonly<Record<string, string | null>>
  /** The directory that the first generation was started in; `launch.cwd` is relative to it. */
  readonly cwd?: string
  /** The kinds of connection that the predecessor knows, by their names; none are named by an older version. */
  readonly kinds?: readonly string[]
}

export function writeInheritance(inheritance: Inheritance): string {
  return JSON.stringify({ version: VERSION, ...inheritance })
}

/**
 * What came with the start of this process, or why that was ignored: it was meant for another process, or cannot be
 * read.
 */
export interface Received {
  readonly inheritance: Inheritance | undefined
  readonly ignored: string | undefined
}

/**
 * Takes the inheritance out of the environment, so that no child of the application gets it. Called once, when the
 * module is loaded.
 */
export function receiveInheritance(): Received {
  const text = process.env[INHERITANCE_VARIABLE]
  if (text === undefined || !isMainThread) return { inheritance: undefined, ignored: undefined }
  delete process.env[INHERITANCE_VARIABLE]
  const parsed = parse(text)
  if (typeof parsed === 'string') return { inheritance: undefined, ignored: parsed }
  const foreign = whyForeign(parsed)
  return foreign === undefined
    ? { inheritance: parsed, ignored: undefined }
    : { inheritance: undefined, ignored: foreign }
}

function parse(text: string): Inheritance | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'it is not JSON'
  }
  if (!isRecord(value)) return 'it is not an object'
  if (value['version'] !== VERSION)
    return `it is of version ${String(value['version'])}, and this is version ${VERSION}`
  const { generation, predecessor, channel, worker, listeners, restartSignals, restore, cwd, kinds } = value
  const complete =
    isCount(generation) &&
    (worker === undefined ? isCount(predecessor) : isWorker(worker)) &&
    (predecessor === undefined || isCount(predecessor)) &&
    isCount(channel) &&
    channel >= 3 &&
    isListOf(listeners, isListener) &&
    isListOf(restartSignals, isSignal) &&
    isRecord(restore) &&
    Object.values(restore).every((before) => before === null || typeof before === 'string') &&
    (cwd === undefined || typeof cwd === 'string') &&
    (kinds === undefined || isListOf(kinds, isString))
  return complete ? (value as unknown as Inheritance) : 'it is incomplete'
}

/**
 * Environment variables leak into children that they were not meant for, such as those of a wrapper. So this one is
 * accepted only if every descriptor is the socket that was meant, by its inode. Where sockets have no inodes, or none
 * was passed, the pid of the parent has to do. It is weaker: it changes when the predecessor dies, and where
 * `launch.execPath` is a script it is the pid of a shell.
 */
function whyForeign({ listeners, predecessor, worker, channel }: Inheritance): string | undefined {
  const parent = worker?.supervisor ?? predecessor
  const strange = listeners.find(({ fd, inode }) => inodeOf(fd) !== inode)
  if (strange !== undefined) {
    return `it was meant for a child of process ${parent}: file descriptor ${strange.fd} is not the socket that it names`
  }
  const proven = listeners.length > 0 && listeners.every(({ inode }) => inode !== 0)
  if (proven || (process.ppid === parent && inodeOf(channel) !== undefined)) return undefined
  return `it was meant for a child of process ${parent}: there is no channel to that process`
}

function isListener(value: unknown): value is InheritedListener {
  if (!isRecord(value)) return false
  const { fd, inode, bound, asked, portZeroIndex, ephemeral, spares, secondPath, activatedAs } = value
  const wellKnown =
    isCount(fd) && fd >= 3 && isCount(inode) && isListenTarget(bound) && (asked === undefined || isListenTarget(asked))
  return (
    wellKnown &&
    (portZeroIndex === undefined || isCount(portZeroIndex)) &&
    (ephemeral === undefined || typeof ephemeral === 'boolean') &&
    (spares === undefined || isListOf(spares, isCount)) &&
    (secondPath === undefined || typeof secondPath === 'string') &&
    (activatedAs === undefined || typeof activatedAs === 'string')
  )
}

/** One for each kind of target: with one missing, a successor would ignore all that it has inherited. */
const targets: Record<ListenTarget['kind'], (value: Record<string, unknown>) => boolean> = {
  tcp: ({ host, port }) => typeof host === 'string' && isCount(port),
  unix: ({ path }) => typeof path === 'string',
  fd: ({ fd }) => isCount(fd),
  named: ({ name }) => typeof name === 'string',
}

const isListenTarget = (value: unknown): value is ListenTarget =>
  isRecord(value) && Object.entries(targets).some(([kind, isComplete]) => value['kind'] === kind && isComplete(value))

const isWorker = (value: unknown): value is Worker =>
  isRecord(value) && [value['slot'], value['slots'], value['supervisor']].every(isCount)

const isListOf = <T>(value: unknown, isOne: (one: unknown) => one is T): value is T[] =>
  Array.isArray(value) && value.every(isOne)
const isSignal = (value: unknown): value is NodeJS.Signals => typeof value === 'string' && value in constants.signals
const isString = (value: unknown): value is string => typeof value === 'string'
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
