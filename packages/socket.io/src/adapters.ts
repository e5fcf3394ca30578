import type { Adapter, Packet, Selection } from './internals/socket-io.ts'

/** The class that all adapters extend. */
function baseOf(adapter: Adapter): Adapter | undefined {
  let base = Object.getPrototypeOf(adapter) as Adapter | null
  while (base !== null && !Object.hasOwn(base, 'apply')) base = Object.getPrototypeOf(base) as Adapter | null
  return base ?? undefined
}

/**
 * Whether an adapter is one of the two that Socket.IO brings: they know the sockets of their process only. Any other is the
 * application's, and finds the sockets of other processes by itself.
 */
export function isInMemory(adapter: Adapter): boolean {
  const own = Object.getPrototypeOf(adapter) as Adapter
  const keeps = Array.isArray(adapter.packets) && adapter.sessions instanceof Map
  return own === baseOf(adapter) || (keeps && Object.getPrototypeOf(own) === baseOf(adapter))
}

/**
 * Broadcasts what comes from another process to the sockets of this one.
 * @param how.without sockets that have it already
 * @param how.kept whether its last argument is the id under which it is kept
 */
export function plainBroadcast(
  adapter: Adapter,
  packet: Packet,
  selection: Selection,
  { without, kept }: { readonly without: readonly string[]; readonly kept: boolean },
): void {
  const data = packet.data as unknown[]
  if (kept && adapter.packets === undefined) data.pop()
  if (kept) adapter.packets?.push({ id: String(data.at(-1)), opts: selection, data, emittedAt: Date.now() })
  baseOf(adapter)?.broadcast.call(adapter, packet, leavingOut(selection, without))
}

/** A selection, but for the sockets of these ids. */
export const leavingOut = (selection: Selection, ids: Iterable<string>): Selection => ({
  ...selection,
  except: new Set([...(selection.except ?? []), ...ids]),
})
