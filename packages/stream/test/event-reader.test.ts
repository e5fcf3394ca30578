import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventReader } from '../src/event-reader.ts'

const read = (...pieces: string[]): { ids: (string | undefined)[]; isBetween: boolean; texts: string[] } => {
  const reader = new EventReader()
  const events = pieces.flatMap((piece) => reader.read(piece))
  return { ids: events.map(({ id }) => id), texts: events.map(({ text }) => text), isBetween: reader.isBetween }
}

describe('what is written to an event stream', () => {
  it.each<[string, string, (string | undefined)[], boolean]>([
    ['an event', 'id: 1\ndata: a\n\n', ['1'], true],
    ['an id without a space', 'id:1\n\n', ['1'], true],
    ['an empty id', 'id\n\n', [''], true],
    ['no id', 'data: a\n\n', [undefined], true],
    ['an id with a NUL, which counts as nothing', 'id: 1\0\ndata: a\n\n', [undefined], true],
    ['a field that only begins like one', 'idea: 1\n\n', [undefined], true],
    ['two ids, of which the last counts', 'id: 1\nid: 2\n\n', ['2'], true],
    ['lines that end by CR LF', 'id: 1\r\ndata: a\r\n\r\n', ['1'], true],
    ['lines that end by CR', 'id: 1\rdata: a\r\r', ['1'], true],
    ['a comment', ': ping\n', [undefined], true],
    ['half a line', 'id: 1\n\nda', ['1'], false],
    ['half an event', 'id: 1\n', [], false],
    ['nothing', '', [], true],
    ['a character beyond ASCII, as its bytes', 'id: é\n\n', ['\xc3\xa9'], true],
  ])('is understood: %s', (_, text, ids, isBetween) => {
    expect(read(text)).toMatchObject({ ids, isBetween })
  })

  it('is the same in whatever pieces it is written', () => {
    const line = fc.constantFrom('id: 1', 'id: 22', 'data: x', ': c', '', 'id')
    const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r'))).map((lines) => lines.flat().join(''))
    fc.assert(
      fc.property(text, fc.infiniteStream(fc.integer({ min: 1, max: 5 })), (whole, sizes) => {
        const pieces: string[] = []
        for (let at = 0; at < whole.length; at += pieces.at(-1)?.length ?? 0) {
          pieces.push(whole.slice(at, at + (sizes.next().value as number)))
        }
        const [inPieces, atOnce] = [read(...pieces), read(whole)]
        expect([inPieces.ids, inPieces.isBetween]).toEqual([atOnce.ids, atOnce.isBetween])
      }),
    )
  })
})
