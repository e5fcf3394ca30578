import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads'

/**
 * How long there is time for an answer: until then, this thread does nothing else. It comes at once, unless who listens
 * there hangs, or the machine is very busy. ms
 */
const PATIENCE = 10_000

/** Runs in a thread of its own, without any of the application's code. */
const ASK = `
const { request } = require('node:http')
const { workerData: { socketPath, path, port, over } } = require('node:worker_threads')
const end = (text) => {
  port.postMessage(text)
  Atomics.store(over, 0, 1)
  Atomics.notify(over, 0)
}
request({ socketPath, path, agent: false }, (response) => {
  let text = ''
  response.setEncoding('utf8').on('data', (more) => (text += more)).on('end', () => end(text)).on('error', () => end())
}).on('error', () => end()).end()
`

/**
 * Asks a server on a unix socket, and waits for its answer in the middle of everything: `listen()` has to know, before
 * it binds anything.
 * @returns the body; `undefined` where nobody answers, or no thread can be started
 */
export function answerNow(socketPath: string, path: string): string | undefined {
  const over = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const { port1: own, port2: port } = new MessageChannel()
  try {
    const worker = new Worker(ASK, {
      eval: true,
      // Nothing is loaded there that this process was told to load.
      execArgv: [],
      env: {},
      workerData: { socketPath, path, port, over },
      transferList: [port],
    })
    worker.on('error', () => {})
    worker.unref()
    Atomics.wait(over, 0, 0, PATIENCE)
    void worker.terminate()
    return (receiveMessageOnPort(own) as { message: string | undefined } | undefined)?.message
  } catch {
    return undefined // For example under Node's permission model.
  } finally {
    own.close()
  }
}
