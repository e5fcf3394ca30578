import { performance } from 'node:perf_hooks'
import { Connection } from './connection.ts'
import { Failure } from './failure.ts'
import { generationOf, judge } from './judge.ts'
import { draw } from './options.ts'
import type { Target, Worker } from './options.ts'
import { pause } from './pause.ts'
import { planRequests } from './request.ts'
import type { Request } from './request.ts'
import type { FailureDetail, Tally } from './tally.ts'

/** One good answer. */
export interface Answered {
  worker: string
  generation: string | undefined
  /** In ms, as in `stats.latency`. */
  latency: number
  requestId: string
  /** Tells the connections apart, on TCP. */
  localPort: number | undefined
}

/** What all workers of one load share. */
export interface Run {
  target: Target
  requestTimeout: number
  startedAt: number
  /** No further request begins. */
  stopping: AbortSignal
  /** What is not answered by now has failed. */
  cut: AbortSignal
  tally: Tally
  onAnswer(answered: Answered): void
  onFailure(detail: FailureDetail): void
}

// The next request after a failure waits this long: a dead server shall not turn the client into a busy loop.
const COOL_DOWN = 10

/** What one connection of a worker does, from the first request to the last. */
export async function work(run: Run, worker: Worker): Promise<void> {
  const lane = new Lane(run, worker)
  const { requests = Infinity, thinkTime = 0 } = worker
  for (let made = 0; made < requests && !run.stopping.aborted; made++) {
    const healthy = await lane.roundTrip()
    await pause(healthy ? draw(thinkTime) : Math.max(draw(thinkTime), COOL_DOWN), run.stopping)
  }
  lane.close()
}

class Lane {
  #run: Run
  #worker: Worker
  #name: string
  #nextBatch: () => Request[]
  #connection: Connection | undefined

  constructor(run: Run, worker: Worker) {
    this.#run = run
    this.#worker = worker
    this.#name = worker.name ?? worker.kind
    this.#nextBatch = planRequests(worker, run.target)
  }

  /** One request, or one pipeline, on the connection there is or a new one. Says whether all went well. */
  async roundTrip(): Promise<boolean> {
    const batch = this.#nextBatch()
    for (const _ of batch) this.#run.tally.begun(this.#name)
    let connected: { connection: Connection; took: number }
    try {
      connected = await this.#connect()
    } catch (error) {
      const failure = expectFailure(error)
      for (const request of batch) this.#fail(failure, request)
      return false
    }
    const { connection, took } = connected
    const send = (): Promise<boolean>[] => batch.map((request) => this.#exchange(connection, request, took))
    const isOneWrite = this.#worker.kind === 'pipelined' && this.#worker.apart !== true
    const results = await Promise.all(isOneWrite ? connection.together(send) : send())
    if (this.#worker.kind === 'fresh') this.close()
    return results.every(Boolean)
  }

  close(): void {
    this.#connection?.close()
    this.#connection = undefined
  }

  /** The connection there is, or a new one that has been silent as long as the worker asks for. */
  async #connect(): Promise<{ connection: Connection; took: number }> {
    if (this.#connection?.usable === true) return { connection: this.#connection, took: 0 }
    const silence = this.#worker.kind === 'fresh' ? (this.#worker.silence ?? 0) : 0
    while (true) {
      const began = performance.now()
      const connection = await this.#open()
      const took = performance.now() - began
      if (silence === 0) return { connection, took }
      await pause(draw(silence), this.#run.stopping)
      if (connection.usable) return { connection, took }
      await pause(COOL_DOWN, this.#run.stopping)
    }
  }

  async #open(): Promise<Connection> {
    const { target, requestTimeout, tally, cut } = this.#run
    const inPlaceOfClosed = this.#connection?.closedByServer === true
    this.#connection = undefined
    const connection = await Connection.open(target, requestTimeout, cut, {
      onServerClose: (how) => {
        // A fresh connection was announced by ourselves to be closed after its request.
        if (how === 'unannounced' || this.#worker.kind !== 'fresh') tally.closedByServer(how)
      },
      onStray: (failure) => {
        tally.begun(this.#name)
        this.#fail(failure)
      },
      onGone: () => tally.gone(),
    })
    this.#connection = connection
    tally.opened(this.#name, inPlaceOfClosed)
    return connection
  }

  async #exchange(connection: Connection, request: Request, connecting: number): Promise<boolean> {
    const began = performance.now()
    const { localPort } = connection
    try {
      const exchange = connection.send(request, Math.max(1, this.#run.requestTimeout - connecting))
      const answer = await exchange.answered
      const failure = judge(request, answer, this.#worker.check)
      if (failure !== undefined) throw failure
      const took = connecting + performance.now() - began
      const latency = Math.max(0, took - exchange.paused - request.asked)
      const generation = generationOf(answer)
      this.#run.tally.succeeded(this.#name, latency, generation)
      this.#run.onAnswer({ worker: this.#name, generation, latency, requestId: request.id, localPort })
      return true
    } catch (error) {
      this.#fail(expectFailure(error), request, localPort)
      return false
    }
  }

  #fail(failure: Failure, request?: Request, localPort?: number): void {
    const at = performance.now() - this.#run.startedAt
    this.#run.onFailure(this.#run.tally.failed(this.#name, failure, { at, requestId: request?.id, localPort }))
  }
}

/** Anything else is a bug of the client's own, and no outcome of a request: it ends the load. */
function expectFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  throw error
}
