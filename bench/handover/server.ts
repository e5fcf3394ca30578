import type { AddressInfo } from 'node:net'
import zerodown from 'zerodown'
import { respond } from './respond.ts'

// The server whose connections move: `node server.js handover`, or `linger`. It tells the first generation's end.

const frozen: number[] = []
zerodown.on('moved', (move) => frozen.push(move.frozen))
zerodown.on('drained', (ledger) => process.send?.({ ledger, frozen }))
const options = { probation: 500, logger: false, handover: process.argv[2] === 'handover' } as const
const server = await zerodown.listenAndServe('127.0.0.1:0', respond(zerodown.generation), options)
if (zerodown.generation === 1) process.send?.({ port: (server.address() as AddressInfo).port })

// If whoever measures could not end it, it ends by itself.
setTimeout(() => process.exit(1), 10 * 60_000).unref()
