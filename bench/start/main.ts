import { parseArgs } from 'node:util'
import { freePort } from '../shared/free-port.ts'
import { compare, inPairs } from '../shared/pairs.ts'
import { report } from '../shared/report.ts'
import { Chain } from './chain.ts'

// How long a restart takes to its first answer, beside a cold start of the same program.

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '30' } } })

const coldPort = await freePort()
const restarted = await Chain.start(await freePort())
const pairs = await inPairs('start', Number(values.pairs), {
  base: async () => {
    const cold = await Chain.start(coldPort)
    await cold.end()
    return cold.coldStart
  },
  ours: () => restarted.restart(),
})
await restarted.end()

report({
  name: 'start',
  title: `A restart beside a cold start, ${pairs.length} pairs`,
  sides: { base: 'cold start', ours: 'restart' },
  rows: [
    {
      what: 'time to the first answer',
      unit: 'ms',
      relation: 'difference',
      goal: { atMost: 20 },
      ...compare(pairs, 'difference', (time) => time),
    },
  ],
  pairs,
})
