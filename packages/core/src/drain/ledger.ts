/** What became of the connections in one drain: a count for each outcome. */
export interface Ledger {
  /** Finished what was in flight, or were answered once more while they lingered. */
  finished: number
  /** Moved to the successor, still open. */
  handedOver: number
  /** Sent to a successor that ended before it had confirmed them: nobody can know whether they were served. */
  unconfirmed: number
  /** Closed while nothing was in flight on them: by the client, by the keep-alive timeout, or at the deadline. */
  closedIdle: number
  /**
   * Cut with something in flight: at the deadline, or before by the application or a timeout of its own. Each is a request
   * or a stream that was lost. A client that goes away itself does not count.
   */
  cut: number
  /** How long the drain took. ms */
  duration: number
}

export type Outcome = Exclude<keyof Ledger, 'duration'>

export const emptyLedger = (): Ledger => ({
  finished: 0,
  handedOver: 0,
  unconfirmed: 0,
  closedIdle: 0,
  cut: 0,
  duration: 0,
})

export function describeLedger(ledger: Ledger): string {
  const { finished, handedOver, unconfirmed, closedIdle, cut, duration } = ledger
  const counts = [`${finished} finished`, `${handedOver} handed over`, `${closedIdle} closed idle`, `${cut} cut`]
  if (unconfirmed > 0) counts.push(`${unconfirmed} sent but not confirmed`)
  return `${counts.join(', ')} in ${Math.round(duration)} ms`
}
