import { expect, it } from 'vitest'
import { startServer } from '../support/index.ts'
import { getJson } from './get.ts'

interface Outcome {
  pid: number
  generation: number
}

it('fulfils restart() with the successor, whose predecessor still answers what it was asked', async () => {
  const server = await startServer('control')
  const outcomes = await getJson<Outcome[]>(server.target(), '/restart')
  const { pid, generation } = await server.waitForGeneration(2)
  expect(outcomes).toEqual([{ pid, generation }])
  await server.waitForExit()
  expect(await getJson(server.target())).toEqual({ pid, generation })
})

it('rejects restart() with a code before anything listens', async () => {
  const server = await startServer('control')
  await server.waitForLog(/before listen: .*ERR_ZERODOWN_NOT_READY/)
})
