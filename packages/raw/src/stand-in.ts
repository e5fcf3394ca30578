import type { Socket } from 'node:net'
import type { Written } from './written.ts'
import { endedBy, writtenOf } from './written.ts'

const METHODS = ['write', 'end', 'destroy', 'destroySoon', 'resetAndDestroy'] as const

type Method = (typeof METHODS)[number]
type Function = (...args: unknown[]) => unknown

/** What the application does with a socket. */
export interface Call extends Written {
  readonly method: Method
}

/**
 * Stands in for a socket from the moment in which its connection is frozen. What the application does with it waits until it
 * is known where the connection goes on: here, or in the successor, which then does it.
 */
export class StandIn {
  readonly #socket: Socket
  readonly #isCut: () => boolean
  readonly #originals: Readonly<Record<Method, Function>>
  readonly #before = new Map<Method, { readonly ours: Function; readonly theirs: PropertyDescriptor | undefined }>()
  #waiting: { readonly call: Call; readonly args: readonly unknown[] }[] = []
  /** bytes */
  #length = 0
  #isDrainAwaited = false
  #isHere = false
  #forward: ((call: Call) => void) | undefined

  /** @param isCut whether what is left is being cut: then `destroy()` closes this process's copy, and does not wait */
  constructor(socket: Socket, isCut: () => boolean) {
    this.#socket = socket
    this.#isCut = isCut
    const { write, end, destroy, destroySoon, resetAndDestroy } = socket
    this.#originals = { write, end, destroy, destroySoon, resetAndDestroy } as Record<Method, Function>
    for (const method of METHODS) {
      const ours = (...args: unknown[]): unknown => this.#called(method, args)
      this.#before.set(method, { ours, theirs: Object.getOwnPropertyDescriptor(socket, method) })
      Object.defineProperty(socket, method, { value: ours, writable: true, configurable: true })
    }
  }

  /** The connection stays here: does what waits. */
  thaw(): void {
    this.#isHere = true
    for (const [method, { ours, theirs }] of this.#before) this.#restore(method, ours, theirs)
    const socket = this.#socket
    const waiting = this.#waiting
    this.#waiting = []
    for (const { call, args } of waiting) Reflect.apply(socket[call.method] as Function, socket, args)
    // Where Node waits for the kernel itself, it says so.
    if (!this.#isDrainAwaited || socket.writableNeedDrain) return
    process.nextTick(() => {
      if (!socket.destroyed && !socket.writableEnded) socket.emit('drain')
    })
  }

  /**
   * The connection has moved, and whoever moves it has closed the socket by `destroy()` right before. To be called before the
   * listeners of the application are taken away.
   * @param forward does a call over there
   */
  moved(forward: (call: Call) => void): void {
    this.#forward = forward
    const waiting = this.#waiting
    this.#waiting = []
    if (!this.#socket.destroyed) {
      waiting.pop()
      this.#pass('destroy', [])
    }
    const listeners = this.#isDrainAwaited ? this.#socket.rawListeners('drain') : []
    for (const { call } of waiting) forward(call)
    // What waits for it, such as a pipe, goes on over there.
    for (const listener of listeners) process.nextTick(() => void Reflect.apply(listener, this.#socket, []))
  }

  #called(method: Method, args: readonly unknown[]): unknown {
    const isFrozen = !this.#isHere && this.#forward === undefined
    if (this.#isHere || (isFrozen && method === 'destroy' && this.#isCut())) return this.#pass(method, args)
    const call = { method, ...writtenBy(method, args) }
    if (isFrozen) this.#waiting.push({ call, args })
    else this.#forward?.(call)
    return method === 'write' ? this.#goesOn(call) : this.#socket
  }

  /** What `write()` returns. A process that has passed a connection on does not know what the kernel takes. */
  #goesOn({ bytes }: Call): boolean {
    if (this.#forward !== undefined) return true
    this.#length += bytes?.length ?? 0
    const goesOn = this.#length < this.#socket.writableHighWaterMark
    this.#isDrainAwaited ||= !goesOn
    return goesOn
  }

  #pass(method: Method, args: readonly unknown[]): unknown {
    return Reflect.apply(this.#originals[method], this.#socket, args)
  }

  /** What something else has put in front of ours meanwhile, stays: it comes to what was there before. */
  #restore(method: Method, ours: Function, theirs: PropertyDescriptor | undefined): void {
    if (this.#socket[method] !== ours) return
    Reflect.deleteProperty(this.#socket, method)
    if (theirs !== undefined) Object.defineProperty(this.#socket, method, theirs)
  }
}

function writtenBy(method: Method, args: readonly unknown[]): Written {
  if (method === 'write') return writtenOf(args)
  return method === 'end' ? endedBy(args) : { bytes: undefined, callback: undefined }
}
