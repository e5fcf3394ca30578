/** What decides how a server can be run. A parameter, so that each case can be tested anywhere. */
export interface RunsOn {
  readonly platform: NodeJS.Platform
  readonly bun: boolean
}

export type Way =
  | { readonly way: 'supervised' }
  /** One worker, which cannot restart. `why` is for the log. */
  | { readonly way: 'alone'; readonly why: string }
  | { readonly way: 'refuse'; readonly why: string }

/** @param workers how many were asked for */
export function wayOn({ platform, bun }: RunsOn, workers: number): Way {
  if (bun) {
    const why =
      'zerodown run does not work in Bun, which cannot pass listening sockets to another process. Run it with Node.'
    return { way: 'refuse', why }
  }
  if (platform !== 'win32') return { way: 'supervised' }
  const several = workers === 1 ? '' : ` in place of ${workers}`
  return {
    way: 'alone',
    why: `Windows cannot pass listening sockets on: there is one worker${several}, and no restart.`,
  }
}
