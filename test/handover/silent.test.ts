import { describe, expect, it } from 'vitest'
import { settled } from '../restart/settle.ts'
import { ledgerOf, counts } from './stage/events.ts'
import { openSilent, openUsed, restartAndLeave, startGenerations } from './stage/server.ts'
import { generationOf } from './stage/wire.ts'

describe('a connection on which nothing was said', () => {
  it('moves, and the successor answers its first request', async () => {
    const server = await startGenerations()
    const wires = await openSilent(server.target(), 10)

    await restartAndLeave(server)

    expect(await ledgerOf(server, 1)).toEqual(counts({ handedOver: 10 }))
    const answers = await Promise.all(wires.map((wire) => wire.ask()))
    expect(answers.map(generationOf)).toEqual(Array(10).fill(2))
    expect(answers.some(({ close }) => close)).toBe(false)
  })

  it('moves again in the next restart', async () => {
    const server = await startGenerations()
    const wires = await openSilent(server.target(), 5)

    await restartAndLeave(server)
    await restartAndLeave(server)

    expect(await ledgerOf(server, 2)).toEqual(counts({ handedOver: 5 }))
    const answers = await Promise.all(wires.map((wire) => wire.ask()))
    expect(answers.map(generationOf)).toEqual(Array(5).fill(3))
  })
})

describe('a connection that was used', () => {
  it('moves on, used or unused since it came', async () => {
    const server = await startGenerations()
    const used = await openUsed(server.target(), 5)
    const unused = await openUsed(server.target(), 5)

    await restartAndLeave(server)
    expect((await Promise.all(used.map((wire) => wire.ask()))).map(generationOf)).toEqual(Array(5).fill(2))
    await restartAndLeave(server)

    expect(await ledgerOf(server, 1)).toEqual(counts({ handedOver: 10 }))
    expect(await ledgerOf(server, 2)).toEqual(counts({ handedOver: 10 }))
    const answers = await Promise.all([...used, ...unused].map((wire) => wire.ask()))
    expect(answers.map(generationOf)).toEqual(Array(10).fill(3))
    expect(answers.some(({ close }) => close)).toBe(false)
  })

  it('moves through generations that leave while connections still come to them', async () => {
    const server = await startGenerations()
    const wires = await openUsed(server.target(), 100)

    for (let restarts = 0; restarts < 4; restarts++) await server.restart()
    await settled(server)

    const answers = await Promise.all(wires.map((wire) => wire.ask()))
    expect(answers.map(generationOf)).toEqual(Array(100).fill(5))
  })
})
