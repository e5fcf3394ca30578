import { setImmediate } from 'node:timers'
import type { Server } from 'node:net'
import type { Zerodown } from '@zerodown/core'
import { attachmentOf } from '@zerodown/core/adapter'
import { log } from './log.ts'

const followed = new WeakMap<Zerodown, Set<Server>>()

/** Logs on one line what was taken over when the process is ready, and after that each server that comes later. */
export function announce(server: Server, instance: Zerodown): void {
  const unsaid = followed.get(instance) ?? follow(instance)
  server.on('listening', () => {
    unsaid.add(server)
    if (instance.state !== 'starting') setImmediate(say, unsaid)
  })
}

function follow(instance: Zerodown): Set<Server> {
  const unsaid = new Set<Server>()
  followed.set(instance, unsaid)
  instance.on('ready', () => setImmediate(say, unsaid))
  return unsaid
}

/** Servers of the same turn share a line. Those that are closed by now are left out. */
function say(unsaid: Set<Server>): void {
  const keys = [...unsaid].filter(({ listening }) => listening).flatMap((server) => attachmentOf(server)?.key ?? [])
  unsaid.clear()
  if (keys.length > 0) log(`took over ${keys.join(', ')}`)
}
