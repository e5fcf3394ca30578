import { createHash } from 'node:crypto'
import type { Answer } from '@zerodown/load'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { ServerProcess } from '../../support/index.ts'
import { commit, startGenerations } from '../stage/server.ts'
import type { Line } from './line.ts'
import { aLine, say } from './line.ts'

export interface Bounds {
  runs: number
  /** No run begins after that time. ms */
  time: number
}

/** What to do again, as a failure tells it. */
const { ZERODOWN_TEST_SEED: seed, ZERODOWN_TEST_PATH: path } = process.env

const scenario: fc.Arbitrary<Line[]> = fc
  .integer({ min: 1, max: 3 })
  .chain((restarts) => fc.array(aLine(restarts), { minLength: 1, maxLength: 6 }))

/**
 * Whatever clients say, and wherever they are in it when a restart comes, the answers are those of a server that never
 * restarts. A failure tells the seed and the path of what was said; ZERODOWN_TEST_SEED and ZERODOWN_TEST_PATH say it again.
 */
export async function expectSameAnswers({ runs, time }: Bounds): Promise<number> {
  const [restarting, steady] = await Promise.all([startGenerations(), startGenerations()])
  const late = performance.now() + time
  let done = 0
  const same = fc.asyncProperty(scenario, async (lines) => {
    if (performance.now() > late) return
    const [answers, throughRestarts] = await Promise.all([
      Promise.all(lines.map((line) => say(line, steady.target(), []))),
      sayThroughRestarts(lines, restarting),
    ])
    expect(throughRestarts.map(comparable)).toEqual(answers.map(comparable))
    done += 1
  })
  await fc.assert(same, {
    numRuns: runs,
    // What failed once may not fail again when it is made smaller: it is a matter of time as well.
    endOnFailure: true,
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(path === undefined ? {} : { path }),
  })
  return done
}

/** Each restart's commit is the gate to what follows it, which so is said in the middle of the handover. */
export async function sayThroughRestarts(lines: readonly Line[], server: ServerProcess): Promise<Answer[][]> {
  const restarts = lines[0]?.restarts.length ?? 0
  const gates: Promise<void>[] = []
  for (let restart = 0; restart < restarts; restart++) {
    const before = gates.at(-1) ?? Promise.resolve()
    gates.push(before.then(() => restartUntilCommitted(server)))
  }
  const [answers] = await Promise.all([
    Promise.all(lines.map((line) => say(line, server.target(), gates))),
    Promise.all(gates),
  ])
  return answers
}

async function restartUntilCommitted(server: ServerProcess): Promise<void> {
  const { generation } = server.latest
  await commit(server)
  await server.waitForGeneration(generation + 1)
}

/** What has to be the same, small enough to be read. */
const comparable = (answers: readonly Answer[]): unknown =>
  answers.map(({ status, headers, body, close }) => ({
    status,
    close,
    headers: [...headers].filter(([name]) => name !== 'date' && name !== 'x-generation'),
    body: `${body.length} bytes, ${createHash('sha1').update(body).digest('hex')}`,
  }))
