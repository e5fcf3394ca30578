import { parseArgs } from 'node:util'
import { compare } from '../shared/pairs.ts'
import { report } from '../shared/report.ts'
import { measureMemory } from './memory.ts'
import type { Kinds } from './program.ts'
import { measureFresh, measureKept } from './speed.ts'

// What an attached server costs over the bare one while nothing restarts.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    pairs: { type: 'string', default: '24' },
    /** Bare against bare: what differs is the noise of this machine. */
    control: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const pairs = Number(values.pairs)
const kinds: Kinds = { base: 'bare', ours: values.control ? 'bare' : 'attached' }

const kept = await measureKept(kinds, { rounds, pairs, connections: 50, requests: 1500 })
const fresh = await measureFresh(kinds, { rounds: Math.ceil(rounds / 2), pairs, connections: 20, requests: 500 })
const memory = await measureMemory(kinds, { pairs: 5, connections: 5000 })

report({
  name: values.control ? 'overhead-control' : 'overhead',
  title: `An attached server beside the bare one, ${kept.length} pairs`,
  sides: { base: kinds.base, ours: values.control ? 'bare again' : kinds.ours },
  rows: [
    {
      what: 'throughput',
      unit: 'requests/s',
      digits: 0,
      relation: 'ratio',
      goal: { atLeast: 0.98 },
      ...compare(kept, 'ratio', ({ throughput }) => throughput),
    },
    {
      what: 'CPU per request',
      unit: 'µs',
      relation: 'ratio',
      goal: { atMost: 1.02 },
      ...compare(kept, 'ratio', ({ cpu }) => cpu),
    },
    {
      what: 'share of a core in use',
      digits: 2,
      relation: 'ratio',
      ...compare(kept, 'ratio', ({ busy }) => busy),
    },
    {
      what: 'CPU per connection of one request',
      unit: 'µs',
      relation: 'ratio',
      ...compare(fresh, 'ratio', ({ cpu }) => cpu),
    },
    {
      what: 'memory per open connection',
      unit: 'kB',
      digits: 2,
      relation: 'difference',
      goal: { atMost: 0.3 },
      ...compare(memory, 'difference', ({ heap }) => heap),
    },
    {
      what: 'resident memory per open connection',
      unit: 'kB',
      digits: 2,
      relation: 'difference',
      ...compare(memory, 'difference', ({ rss }) => rss),
    },
  ],
  pairs: { kept, fresh, memory },
})
