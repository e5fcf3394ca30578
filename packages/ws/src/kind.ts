import { Server as HttpServer } from 'node:http'
import { Server as TlsServer } from 'node:tls'
import type { Socket } from 'node:net'
import type { ConnectionKind, Freeze } from '@zerodown/core/kinds'
import { replay, stopReading, takeFromApplication, warnOnce } from '@zerodown/core/kinds'
import { isSame, readAnswer } from './answer.ts'
import { closeSpread } from './close-spread.ts'
import { Coming, expect, readAlong } from './coming.ts'
import { NAME, neighbours } from './neighbours.ts'
import type { OpenSocket } from './open-socket.ts'
import { openSocketOver, openSockets } from './open-socket.ts'
import { serves } from './servers.ts'
import { StandIn } from './stand-in.ts'
import { watchUpgrades } from './upgrades.ts'

/** The default of `answersWithin`. ms */
const ANSWERS_WITHIN = 2000

/** Those that are frozen: it is not known yet whether they stay. */
const frozen = new WeakSet<OpenSocket>()

/** Says once, for all of them, why some stay. */
const sayWhy = (why: string): void =>
  warnOnce(`some WebSockets stay with this process and are closed with 1012 while it drains: ${why}.`)

/** Whether it stays for good; the reason is in the log then. */
function staysForGood({ staysBecause: why }: OpenSocket): boolean {
  if (why !== undefined) sayWhy(why)
  return why !== undefined
}

/** WebSockets (RFC 6455) of the package `ws`. */
export const webSockets: ConnectionKind = {
  name: NAME,

  // To open one once more takes the successor as long as three or four idle connections of HTTP.
  most: 2,

  isServedBy: serves,

  obstacle: (server) =>
    server instanceof TlsServer ? 'WebSockets over TLS cannot move, and are closed with 1012 in a restart.' : undefined,

  begin(server) {
    if (server instanceof HttpServer) watchUpgrades(server)
  },

  findIdle: (_, open) =>
    openSockets(open)
      .filter((one) => one.unfinished() !== undefined && mayMove(one))
      .map(({ opened: { socket } }) => socket),

  findStuck: (_, open) =>
    openSockets(open)
      .filter(staysForGood)
      .map(({ opened: { socket } }) => socket),

  freeze,

  receive(_, accept, connection, details) {
    const along = readAlong(details)
    if (along === undefined) return false
    const coming = new Coming(along)
    const served = replay(accept, connection, {
      bytes: Buffer.concat([Buffer.from(along.head, 'latin1'), Buffer.from(along.unfinished, 'base64')]),
      fits(head) {
        const answer = readAnswer(head.split('\r\n'))
        return answer !== undefined && isSame(answer, along.answer)
      },
      begin: (socket) => expect(socket, coming),
    })
    return served instanceof Promise ? served.then((later) => later && !coming.failed) : served && !coming.failed
  },

  drain(_, { open, stays, time }) {
    const isOver = (one: OpenSocket): boolean =>
      one.isOpen && !frozen.has(one) && (stays(one.opened.socket) || staysForGood(one))
    const find = () =>
      openSockets(open)
        .filter(isOver)
        .map(({ client }) => client)
    return closeSpread(find, time)
  },
}

function freeze(socket: Socket): Freeze | undefined {
  const one = openSocketOver(socket)
  const unfinished = one?.unfinished()
  if (one === undefined || unfinished === undefined || !mayMove(one)) return undefined
  const readOn = stopReading(socket)
  if (readOn === undefined) return undefined
  const { client, head, answer, options, closeListeners } = one.opened
  const standIn = new StandIn(client)
  const thaw = (): void => {
    frozen.delete(one)
    standIn.thaw()
    readOn()
  }
  frozen.add(one)
  const given = give(one)
  if (given === undefined) return void thaw()
  const { moved } = neighbours()
  const id = moved.freeze(standIn)
  return {
    details: { id, head, answer, unfinished: unfinished.toString('base64'), ...given },
    again: () => stopReading(socket) !== undefined,
    thaw() {
      moved.thaw(id)
      thaw()
      // What it throws must not keep the others from thawing.
      process.nextTick(() => options.stayed?.(client))
    },
    moved() {
      takeFromApplication(socket)
      moved.add(id, () => standIn.release(closeListeners), options.answersWithin ?? ANSWERS_WITHIN)
      // What it throws must not end the handover of the others.
      process.nextTick(() => options.moved?.(client))
    },
  }
}

/** What it throws is no reason to stay for good: it may be about a moment only. */
function mayMove({ opened: { client, options } }: OpenSocket): boolean {
  try {
    return options.mayMove?.(client) ?? true
  } catch {
    return false
  }
}

/** @returns what `give()` gives; `undefined` if it fails: then it stays */
function give(one: OpenSocket): { state?: string } | undefined {
  const { client, request, options } = one.opened
  try {
    const state = JSON.stringify(options.give?.(client, request)) as string | undefined
    return state === undefined ? {} : { state }
  } catch (error) {
    one.stay(`give() has failed (${String(error)})`)
    staysForGood(one)
    return undefined
  }
}
