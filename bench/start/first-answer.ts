import { freshRequest } from '../shared/fresh-request.ts'

/** Which process has answered. */
export interface Identity {
  readonly pid: number
  readonly generation: number
}

/** Between two requests, in ms: as long as the client sleeps it takes no core from those who start. */
const GAP = 0.2
const DEADLINE = 30_000

const sleepCell = new Int32Array(new SharedArrayBuffer(4))

/**
 * Asks on one new connection after the other until the one that is waited for answers.
 * @param refusals whether nobody may be listening yet; else a connection that is refused is an error
 */
export async function firstAnswer(
  port: number,
  isAwaited: (identity: Identity) => boolean,
  refusals: boolean,
): Promise<Identity> {
  const deadline = performance.now() + DEADLINE
  while (performance.now() < deadline) {
    const identity = await ask(port, refusals)
    if (identity !== undefined && isAwaited(identity)) return identity
    // A timer of Node's own is not finer than 1 ms; nothing else goes on in this process meanwhile.
    Atomics.wait(sleepCell, 0, 0, GAP)
  }
  throw new Error(`no answer of the process that was waited for within ${DEADLINE} ms`)
}

async function ask(port: number, refusals: boolean): Promise<Identity | undefined> {
  try {
    const answer = await freshRequest(port)
    return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Identity
  } catch (error) {
    if (refusals && (error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return undefined
    throw error
  }
}
