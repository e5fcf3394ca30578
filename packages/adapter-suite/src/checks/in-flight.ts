import assert from 'node:assert/strict'
import type { Check } from '../check.ts'
import { check } from '../check.ts'
import { inUse, isBy } from '../restarts.ts'

export const inFlight: Check = check(
  'finishes long polls, streams and uploads where they began, and then moves their connections',
  async (stage) => {
    const server = await stage.start()
    const first = server.latest
    const [poll, stream, upload] = [
      await stage.connect(server),
      await stage.connect(server),
      await stage.connect(server),
    ]
    await poll.ask()
    poll.get('/slow?ms=1500')
    stream.get('/stream?chunks=15&ms=100')
    await stream.answerBegins()
    upload.write(`POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 8\r\n\r\nabcd`)

    const restarted = server.restart()
    const answersOfBoth = Promise.all([poll.answer(), stream.answer()])
    // Whichever fails first says why.
    const [polled] = await Promise.all([
      answersOfBoth,
      answersOfBoth.then(() => inUse([poll, stream], restarted)),
      restarted,
    ])
    upload.write('efgh')
    const answers = [...polled, await upload.answer()] as const

    for (const answer of answers) {
      assert.equal(answer.status, 200)
      assert.equal(answer.close, false, 'a connection that could move is closed')
      assert.ok(isBy(first, answer), 'it was answered by another generation than it was sent to')
    }
    assert.equal(answers[1].body.toString().trim().split('\n').length, 15)
    assert.equal(answers[2].body.toString(), 'abcdefgh')
    await inUse([poll, stream, upload], server.waitForExit(undefined, 30_000))
    for (const wire of [poll, stream, upload]) {
      assert.ok(isBy(server.latest, await wire.ask()), 'a connection has not moved to the successor')
    }
  },
)
