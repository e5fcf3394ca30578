import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import zerodown from 'zerodown'

const { PORT = 7000, HOST = '127.0.0.1' } = process.env

/** What is known of a connection, beside its socket. */
const talks = new Map()

const server = createServer((socket) => {
  socket.write('What is your name?\n')
  talk(socket, { name: undefined, lines: 0, rest: '' })
})

function talk(socket, known) {
  talks.set(socket, { ...known, answersDue: 0 })
  socket.setEncoding('utf8')
  socket.on('data', (text) => read(socket, text))
  socket.on('close', () => talks.delete(socket))
  socket.on('error', () => {})
}

async function read(socket, text) {
  const one = talks.get(socket)
  const lines = (one.rest + text).split('\n')
  one.rest = lines.pop()
  for (const line of lines) {
    one.answersDue += 1
    socket.write(await answer(one, line.trim()))
    one.answersDue -= 1
  }
}

async function answer(one, line) {
  if (one.name === undefined) {
    one.name = line
    return `Hello, ${line}. "sleep 3" takes 3 seconds, everything else comes back.\n`
  }
  one.lines += 1
  const [, seconds] = /^sleep (\d{1,2})$/.exec(line) ?? []
  if (seconds !== undefined) await wait(Number(seconds) * 1000)
  return `${one.name}, your line ${one.lines} came to process ${process.pid}: ${line}\n`
}

zerodown.raw(server, {
  // Not while an answer is due. Half a line goes along.
  give(socket) {
    const { answersDue, ...known } = talks.get(socket)
    return answersDue > 0 ? undefined : known
  },
  take: (socket, known) => talk(socket, known),
})

zerodown.attach(server)
server.listen(PORT, HOST, () => {
  const { address, port } = server.address()
  console.log(`generation ${zerodown.generation}, pid ${process.pid}: listening on tcp://${address}:${port}`)
})
