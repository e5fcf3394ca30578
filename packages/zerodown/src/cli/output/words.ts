import type { Ledger } from '@zerodown/core/supervision'
import type { Line } from '../service/control-client.ts'

/** 850 ms, 2.4 s, 3 min */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`
  const hours = ms / 3_600_000
  return hours < 48 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} d`
}

export const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MB`

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`

export function ledgerInWords({ finished, handedOver, unconfirmed, closedIdle, cut }: Ledger): string {
  const parts = [`${finished} finished`, `${handedOver} handed over`, `${closedIdle} closed idle`, `${cut} cut`]
  if (unconfirmed > 0) parts.push(`${unconfirmed} sent but not confirmed`)
  return parts.join(', ')
}

/** Says each step of a restart, or of the end, in a line. */
export class Narrator {
  /** When each slot's successor was started. */
  readonly #launched = new Map<number | undefined, number>()

  /** @returns `undefined` for what is no news; `passing`: the next line takes the place of this one */
  say(line: Line): { text: string; passing: boolean } | undefined {
    const slot = 'slot' in line && line.slot !== undefined ? `slot ${line.slot}: ` : ''
    const told = this.#told(line)
    return told === undefined ? undefined : { text: slot + told, passing: line.event === 'draining' }
  }

  #told(line: Line): string | undefined {
    switch (line.event) {
      case 'queued':
        return 'another restart is under way; this one follows'
      case 'restarting':
        return `launching generation ${line.generation}`
      case 'waiting':
        return `too many processes live: waiting for the oldest to finish, for ${duration(line.timeout)} at most`
      case 'launched':
        this.#launched.set(line.slot, line.at)
        return undefined
      case 'probation': {
        const took = line.at - (this.#launched.get(line.slot) ?? line.at)
        const probation = line.duration > 0 ? `; probation, ${duration(line.duration)}` : ''
        return `generation ${line.generation} (pid ${line.pid}) is ready in ${duration(took)}${probation}`
      }
      case 'committed':
        return `generation ${line.generation} (pid ${line.pid}) is in charge`
      case 'draining':
        return `draining: ${count(line.requests, 'request')} and ${count(line.connections, 'connection')} left`
      case 'drained':
        return `drained in ${duration(line.duration)}: ${ledgerInWords(line)}`
      default:
        return undefined
    }
  }
}
