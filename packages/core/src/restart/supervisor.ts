import { Channel } from '../channel/channel.ts'
import type { Lanes } from '../channel/lanes.ts'
import type { GenerationInfo } from '../channel/messages.ts'
import type {
  Failure,
  FromSupervisor,
  FromWorker,
  MoveOutcome,
  WorkerInfo,
  WorkerTimes,
} from '../channel/supervision.ts'
import { LANES, isFailure } from '../channel/supervision.ts'
import type { ZerodownErrorCode } from '../errors.ts'
import { ZerodownError, messageOf } from '../errors.ts'
import type { ListenOptions } from 'node:net'
import type { InheritedListener } from '../listeners/inherited.ts'
import { keyOf } from '../listeners/key.ts'
import type { ListenTarget } from '../listeners/listen-target.ts'
import type { SharedPort } from '../listeners/shared-port.ts'
import { inodeOfHandle, isNativeHandle } from '../node/internals/handles.ts'
import { inodeOf } from '../node/stat.ts'
import { launchFailed } from './launch.ts'
import { RemoteProcess } from './remote-process.ts'
import type { StartSuccessor } from './start-successor.ts'

/** Whether somebody has taken over. */
export type Leaving = 'to a successor' | 'for good'

/** The supervisor as its worker sees it: it starts processes, holds sockets, and says when it is this slot's turn. */
export class Supervisor {
  readonly worker: WorkerInfo
  /** Resolves when the supervisor has ended: nobody would start a successor, or notice the end of this process. */
  readonly gone: Promise<void>
  readonly #lanes: Lanes
  readonly #channel: Channel<FromWorker, FromSupervisor>
  /** How many were started. */
  #successors = 0
  #leaving: Leaving | undefined

  constructor(worker: WorkerInfo, lanes: Lanes) {
    this.worker = worker
    this.#lanes = lanes
    this.#channel = new Channel(lanes.open(LANES.supervisor))
    this.gone = this.#channel.ended
    this.#channel.answer('memory', () => process.memoryUsage.rss())
  }

  /** @param restart called when it is this slot's turn */
  subscribe(restart: () => Promise<GenerationInfo>): void {
    this.#channel.answer('restart-slot', () => restart().catch(failureOf))
  }

  /** @param status what this process tells of itself, whenever the supervisor asks */
  tellStatus(status: () => object): void {
    this.#channel.answer('status-asked', status)
  }

  /**
   * How this slot is to bind a port, beside what the application says.
   * @returns `undefined`: as the application says
   */
  sharedPort(asked: ListenTarget, index: number | undefined, generation: number): SharedPort | undefined {
    const { slot, reusePort, ports = [] } = this.worker
    if (reusePort !== true || asked.kind !== 'tcp') return undefined
    const key = keyOf(asked)
    const port = asked.port === 0 ? ports.find((one) => one.key === key && one.index === index)?.port : undefined
    const options = { reusePort, ...(port === undefined ? {} : { port }) } as ListenOptions
    return { options, first: slot === 1 && generation === 1 }
  }

  /** @returns the keys that all slots use for that listener: those of the first one that had any */
  async shareTicketKeys(key: string, keys: string): Promise<string> {
    return (await this.#channel.ask({ type: 'ticket-keys-shared', key, keys })) ?? keys
  }

  /** Has it hold a socket, for those that follow in this slot. */
  hold(listener: InheritedListener, handle: object): void {
    this.#channel.send({ type: 'listens', listener }, handle)
  }

  /** It need not hold that socket any more. */
  release({ inode }: InheritedListener): void {
    this.#channel.send({ type: 'closed', inode })
  }

  /** Says how far a restart is. */
  reportStep(step: object): void {
    this.#channel.send({ type: 'step', step })
  }

  /**
   * Gives a connection of which nothing was read to another slot.
   * @returns whether that is possible; then it is no longer ours
   */
  move(key: string, slot: number, connection: object & { close(): void }): boolean {
    if (!this.#channel.open) return false
    const inode = inodeOfHandle(connection)
    this.#channel.send({ type: 'move', key, slot, inode }, connection, () => connection.close())
    return true
  }

  /** @param receive called with each connection that another slot gives to this one */
  onMoved(receive: (key: string, connection: unknown) => MoveOutcome): void {
    this.#channel.answer('moved', ({ key, inode }, connection) => {
      // A message and the socket that came with it must not be taken for each other's.
      if (!isNativeHandle(connection) || inodeOfHandle(connection) === inode) return receive(key, connection)
      connection.close()
      return 'unknown'
    })
  }

  /**
   * Has the connections of other slots go elsewhere.
   * @returns when the last one has come
   */
  async endMoves(leaving: Leaving): Promise<void> {
    if (this.worker.sticky !== true) return
    this.#leaving = leaving
    await this.#channel.ask({ type: 'moves-over', forGood: leaving === 'for good' })
  }

  /** How this process leaves, from when it has said so. */
  get leaving(): Leaving | undefined {
    return this.#leaving
  }

  /** Says why this process is about to end. */
  reportDying(message: string): void {
    this.#channel.send({ type: 'dying', message })
  }

  /** Says how much time this process takes. */
  tellTimes(times: WorkerTimes): void {
    this.#channel.send({ type: 'times', ...times })
  }

  announceInCharge(generation: number): void {
    this.#channel.send({ type: 'in-charge', generation })
  }

  /**
   * Restarts all slots, one after the other.
   * @returns the process that serves in this slot then
   * @throws {ZerodownError} with the code of what went wrong in the first slot that failed
   */
  async roll(): Promise<GenerationInfo> {
    const answer = await this.#channel.ask({ type: 'roll' })
    if (answer === undefined || answer === null) {
      throw new ZerodownError('ERR_ZERODOWN_RESTART_ABORTED', 'the restart was given up: the supervisor has gone.')
    }
    if (isFailure(answer)) throw new ZerodownError(answer.code as ZerodownErrorCode, answer.message)
    return answer
  }

  /** Starts the successor as a child of the supervisor, and opens the channel to it. */
  readonly startSuccessor: StartSuccessor = (launch) => {
    const { execPath, argv0, args, cwd, env } = launch
    const sockets = launch.fds.map((fd) => inodeOf(fd) ?? 0)
    this.#successors += 1
    const lane = `${LANES.successor} ${this.#successors}`
    const request = { execPath, argv0, args, cwd, env, sockets, lane }
    return {
      channel: new Channel(this.#lanes.open(lane)),
      process: new RemoteProcess(this.#channel, request, (error) => launchFailed(launch, error)),
    }
  }
}

const failureOf = (error: unknown): Failure => ({
  code: error instanceof ZerodownError ? error.code : 'ERR_ZERODOWN_LAUNCH',
  message: messageOf(error),
})
