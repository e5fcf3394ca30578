import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { connect } from 'node:tls'
import type { Answer, Target } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { counts, ledgerOf, told } from './stage/events.ts'
import type { Choices } from './stage/server.ts'
import { restartAndCommit, startGenerations } from './stage/server.ts'
import { POST, Wire } from './stage/wire.ts'

const CLIENTS = 60
const UPLOAD = Buffer.alloc(50_000)
const PIECES = 6

async function shutDown(server: ServerProcess): Promise<void> {
  server.signal('SIGTERM')
  await told(server, 1, 'draining')
}

async function openTls(target: Target): Promise<Wire> {
  const socket = connect({ ...(target as { port: number }), rejectUnauthorized: false })
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  return new Wire(socket)
}

/** Reads nothing before it has sent all, as a client does that can only do one thing at a time. */
async function upload(wire: Wire): Promise<Answer> {
  wire.stopReading()
  wire.write(POST('/refused', PIECES * UPLOAD.length))
  for (let sent = 0; sent < PIECES; sent += 1) {
    await nextTurn()
    wire.write(UPLOAD)
  }
  wire.readOn()
  return wire.answer()
}

const ways: [string, Choices, (target: Target) => Promise<Wire>, (server: ServerProcess) => Promise<void>][] = [
  ['at SIGTERM', {}, (target: Target) => Wire.open(target), shutDown],
  [
    'at a restart without handover',
    { options: { handover: false } },
    (target: Target) => Wire.open(target),
    restartAndCommit,
  ],
  [
    'at a restart, over TLS',
    { generations: { 1: { server: 'https' }, 2: { server: 'https' } } },
    openTls,
    restartAndCommit,
  ],
]

describe.each(ways)('on a connection that lingers %s', (_, choices, open, end) => {
  it('each upload that is answered at its head gets its answer, and the connection ends', async () => {
    const server = await startGenerations(choices)
    const target = server.target()
    const wires = await Promise.all(Array.from({ length: CLIENTS }, () => open(target)))
    await Promise.all(wires.map((wire) => wire.ask()))

    await end(server)
    const answers = await Promise.all(
      wires.map(async (wire) => {
        const statuses: number[] = []
        for (let last = false; !last;) {
          const { status, close } = await upload(wire)
          statuses.push(status)
          last = close
        }
        return statuses
      }),
    )

    expect(answers).toEqual(wires.map(() => [401, 401]))
    expect(await ledgerOf(server, 1)).toEqual(counts({ finished: CLIENTS }))
    await Promise.all(wires.map((wire) => wire.ended()))
    expect(wires.map(({ closed }) => closed)).toEqual(Array(CLIENTS).fill('in good order'))
  })

  it('an answer that says keep-alive, as a proxy passes it on, is the last one all the same', async () => {
    const server = await startGenerations(choices)
    const wires = await Promise.all(Array.from({ length: 3 }, () => open(server.target())))
    await Promise.all(wires.map((wire) => wire.ask('/proxied')))

    await end(server)
    const answers = await Promise.all(wires.map((wire) => wire.ask('/proxied')))

    expect(answers.map(({ status, close }) => ({ status, close }))).toEqual(
      wires.map(() => ({ status: 200, close: true })),
    )
    expect(await ledgerOf(server, 1)).toEqual(counts({ finished: 3 }))
  })
})
