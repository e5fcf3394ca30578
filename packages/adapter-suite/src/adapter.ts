/** An adapter, and how the suite starts a program that uses it. */
export interface Adapter {
  /** Absolute path of a program that does what docs/adapters.md says of one. */
  readonly program: string
  readonly env?: Readonly<Record<string, string>>
  /** Options of Node itself. */
  readonly nodeArgs?: readonly string[]
  /** Default: the folder of the program. */
  readonly cwd?: string
  /** What else must be the same in every generation: the order of middleware, the error handler, the client's address. */
  readonly answers?: readonly Expected[]
  /** Leave it out if the adapter gives its application no `listen()`. */
  readonly listen?: ListenComparison
  /** Checks that have nothing to say about this adapter. */
  readonly leaveOut?: readonly CheckName[]
}

/** One GET, and its answer in every generation. */
export interface Expected {
  readonly path: string
  /** Of the request. */
  readonly headers?: Readonly<Record<string, string>>
  readonly answer: {
    readonly status: number
    readonly body: string
    /** At least these. */
    readonly headers?: Readonly<Record<string, string>>
  }
}

/** Makes an application without and with the adapter, to compare what `listen()` does, in the process of the test. */
export interface ListenComparison {
  /** Makes one without the adapter. */
  bare(): object
  /** Makes one with it. */
  adapted(): object
  /** The arguments of `listen()`, but for the callback. Default: a port; a port and a host; both as options; a path. */
  readonly forms?: readonly ((place: Place) => readonly unknown[])[]
  /** Ends an application that listens. Default: closes the server that `listen()` returned, or the one in `server`. */
  close?(application: object): unknown
}

/** Where to listen. */
export interface Place {
  readonly port: number
  readonly host: string
  /** Of a unix socket. */
  readonly path: string
}

/** A name for each check. */
export type CheckName =
  | 'answers'
  | 'in flight'
  | 'several servers'
  | 'listen'
  | 'unused'
  | 'bad release'
  | 'shutdown'
  | 'load'
  | 'unix load'
