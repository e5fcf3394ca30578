import { PassThrough } from 'node:stream'
import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { readFrames, writeFrame } from '../src/frames.ts'

const asSocket = (stream: PassThrough): Socket => stream as unknown as Socket

const contents = [Buffer.from('a'), Buffer.alloc(0), Buffer.alloc(70_000, 'x'), Buffer.from('end')]

function written(): Buffer {
  const out = new PassThrough()
  contents.forEach((content, type) => writeFrame(asSocket(out), type, content))
  const parts: Buffer[] = []
  for (let part = out.read() as Buffer | null; part !== null; part = out.read() as Buffer | null) parts.push(part)
  return Buffer.concat(parts)
}

it.each([1, 3, 4, 5, 6, 7, 1000, 1_000_000])('are read as they were written, from pieces of %i bytes', async (size) => {
  const bytes = written()
  const pipe = new PassThrough()
  for (let at = 0; at < bytes.length; at += size) pipe.write(bytes.subarray(at, at + size))
  pipe.end()
  const read: string[] = []
  for await (const { type, content } of readFrames(asSocket(pipe))) read[type] = String(content)
  expect(read).toEqual(contents.map(String))
})

it('end where the pipe breaks, without an error', async () => {
  const pipe = new PassThrough()
  pipe.write(written().subarray(0, 100))
  const read: number[] = []
  for await (const { type } of readFrames(asSocket(pipe))) {
    read.push(type)
    pipe.destroy(new Error('reset'))
  }
  expect(read[0]).toBe(0)
})
