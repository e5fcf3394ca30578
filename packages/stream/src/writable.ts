import type { ServerResponse } from 'node:http'
import { OutgoingMessage } from 'node:http'

/** The arguments of `write()` and `end()`. */
export type Written = readonly unknown[]

export const chunkOf = ([chunk]: Written): string | Uint8Array | undefined =>
  typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : undefined

export const encodingOf = ([, encoding]: Written): BufferEncoding | undefined =>
  typeof encoding === 'string' ? (encoding as BufferEncoding) : undefined

/**
 * Says what is wrong with a chunk at once, where it waits or goes to another process.
 * @throws what Node throws
 */
export function check(response: ServerResponse, args: Written): void {
  const [chunk, encoding] = args
  if (chunkOf(args) === undefined) Reflect.apply(OutgoingMessage.prototype.write, response, [chunk])
  if (typeof chunk === 'string') Buffer.from(chunk, encodingOf([chunk, encoding]))
}

/** The same for `end()`, which may be given none. */
export function checkEnd(response: ServerResponse, args: Written): void {
  const [chunk] = args
  if (typeof chunk !== 'function' && Boolean(chunk)) check(response, args)
}

/** Calls back as Node does when bytes have left. */
export function callBack(args: Written): void {
  const callback = args.find((one) => typeof one === 'function')
  if (callback !== undefined) process.nextTick(callback as () => void)
}

/** What a response does when it is written to, ended or destroyed. */
export interface Original {
  write(args: Written): boolean
  end(args: Written): void
  destroy(args: Written): void
}

/**
 * Puts something in front of what a response does when it is written to, ended or destroyed. What wraps a response, such as a compression, does
 * the same.
 */
export function intercept(response: ServerResponse, by: Original): Original {
  const { write, end, destroy } = response
  response.write = ((...args: unknown[]) => by.write(args)) as ServerResponse['write']
  response.end = ((...args: unknown[]) => {
    by.end(args)
    return response
  }) as ServerResponse['end']
  response.destroy = ((...args: unknown[]) => {
    by.destroy(args)
    return response
  }) as ServerResponse['destroy']
  return {
    write: (args) => Reflect.apply(write, response, args) as boolean,
    end: (args) => void Reflect.apply(end, response, args),
    destroy: (args) => void Reflect.apply(destroy, response, args),
  }
}

/**
 * Has the head go out as soon as it is complete, and not with the first event. A client of an event stream waits for it, and
 * so does a predecessor.
 */
export function sendHeadAtOnce(response: ServerResponse, isComplete: () => boolean): void {
  const send = (): void => {
    if (isComplete()) response.flushHeaders()
  }
  const { writeHead } = response
  response.writeHead = ((...args: unknown[]) => {
    Reflect.apply(writeHead, response, args)
    send()
    return response
  }) as ServerResponse['writeHead']
  // What is piped into it comes when all headers are set.
  response.once('pipe', () => {
    const type = String(response.getHeader('content-type') ?? '')
    if (!response.headersSent && /^text\/event-stream\b/i.test(type)) response.flushHeaders()
  })
  send()
}
