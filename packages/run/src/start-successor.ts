import type { Failure, LaunchRequest } from '@zerodown/core/supervision'
import { LANES, messageOf, relay } from '@zerodown/core/supervision'
import type { HeldSockets } from './held-sockets.ts'
import type { PrefixedOutput } from './worker-process.ts'
import { WorkerProcess, howEnded } from './worker-process.ts'

/**
 * Starts the successor that a worker asks for as a child of this process, and relays what the two say to each other.
 * @throws if there can be no process
 */
export function startSuccessor(
  predecessor: WorkerProcess,
  request: LaunchRequest,
  sockets: HeldSockets,
  output: PrefixedOutput | undefined,
): WorkerProcess {
  const fds = request.sockets.map((inode) => sockets.descriptorOf(inode))
  if (fds.includes(undefined)) throw new Error('the supervisor does not hold all of its sockets')
  const successor = new WorkerProcess({ ...request, fds: fds as number[] }, predecessor.generation + 1, output)
  predecessor.successor = successor
  predecessor.lost = undefined
  relay(predecessor.lanes.open(request.lane), successor.lanes.open(LANES.predecessor))
  return successor
}

/** What a worker is answered. Why there is no process, Node says a moment later. */
export function launched(process: WorkerProcess): { pid: number } | Promise<Failure> {
  if (process.pid !== undefined) return { pid: process.pid }
  return process.ended.then(howEnded, messageOf).then((message) => ({ code: 'ERR_ZERODOWN_LAUNCH', message }))
}
