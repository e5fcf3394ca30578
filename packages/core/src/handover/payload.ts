/** What goes with a connection that moves. A kind of connection that is not known over there stays here. */
export interface Payload {
  readonly kind: 'http1'
  /** Whether a request was ever made on it. */
  readonly used: boolean
  /** How many requests were answered on it, where the server limits them (`maxRequestsPerSocket`). */
  readonly requests: number
}

/** A listener, by its descriptor in the successor, and the kinds of connection that its server there receives. */
export interface AcceptedKinds {
  readonly listener: number
  readonly kinds: readonly string[]
}

/** How a connection fared that was passed on: received; not, so that it is still ours; or the channel ended before we knew. */
export type Fate = 'received' | 'refused' | 'unconfirmed'
