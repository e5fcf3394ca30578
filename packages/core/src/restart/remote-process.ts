import type { FromSupervisor, FromWorker, LaunchRequest } from '../channel/supervision.ts'
import { isFailure } from '../channel/supervision.ts'
import type { Channel } from '../channel/channel.ts'
import { defer } from '../node/deferred.ts'
import type { Ending, SuccessorLife } from './successor-process.ts'
import { endWithin } from './successor-process.ts'

/** The process of a successor that the supervisor has started. */
export class RemoteProcess implements SuccessorLife {
  readonly launched: Promise<void>
  readonly ended: Promise<Ending | Error>
  readonly livesBehind = false
  readonly #channel: Channel<FromWorker, FromSupervisor>
  readonly #ended = defer<Ending | Error>()
  #pid = 0
  #identified = false
  #stopped = false

  /** @param notStarted makes the error to report if the system could not start it */
  constructor(
    channel: Channel<FromWorker, FromSupervisor>,
    request: LaunchRequest,
    notStarted: (error: Error) => Error,
  ) {
    this.#channel = channel
    this.ended = this.#ended.promise
    const launched = defer<void>()
    this.launched = launched.promise
    channel.on('successor-ended', ({ signal, how }) => this.#ended.resolve({ signal, how }))
    void channel.ask({ type: 'launch', request }).then((answer) => {
      if (answer === undefined || answer === null)
        this.#ended.resolve({ signal: null, how: 'cannot be started: the supervisor has gone' })
      else if (isFailure(answer)) this.#ended.resolve(notStarted(new Error(answer.message)))
      else {
        this.#pid = answer.pid
        launched.resolve()
        // Nobody would tell of its end. It drains and ends by itself.
        void channel.ended.then(() => this.#ended.resolve({ signal: null, how: 'has lost its supervisor, and ends' }))
      }
    })
  }

  get pid(): number {
    return this.#pid
  }

  get identified(): boolean {
    return this.#identified
  }

  identify(pid: number): void {
    this.#pid = pid
    this.#identified = true
  }

  terminate(grace: number): Promise<void> {
    return endWithin(grace, this, this.ended)
  }

  stop(): boolean {
    if (this.#stopped) return false
    this.#stopped = true
    this.#channel.send({ type: 'signal-successor', signal: 'SIGTERM' })
    return true
  }

  kill(): void {
    this.#channel.send({ type: 'signal-successor', signal: 'SIGKILL' })
  }

  unref(): void {}
}
