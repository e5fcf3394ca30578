import type { State } from '../status.ts'
import type { Service } from '../lifecycle/service.ts'
import type { CheckOutcome } from './checks.ts'
import { RunningCheck } from './checks.ts'
import type { HealthOptions, HealthSettings } from './options.ts'
import { resolveHealth } from './options.ts'

/** What of a request decides on the answer; Node's and those of all frameworks have it. */
export interface HealthRequest {
  readonly method?: string | undefined
  /** Path and query. */
  readonly url?: string | undefined
  readonly headers: { readonly accept?: string | undefined }
}

/** What to answer who asks. */
export interface HealthAnswer {
  readonly status: 200 | 503
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What the process says of itself. */
export interface Condition {
  readonly service: Service
  readonly state: State
  readonly generation: number
}

/** Answers who asks whether this process lives, and whether the service takes requests. */
export class Health {
  readonly #settings: HealthSettings
  readonly #condition: () => Condition
  readonly #checks: ReadonlyMap<string, RunningCheck>

  /** @throws {ZerodownError} `ERR_ZERODOWN_OPTION` */
  constructor(options: HealthOptions | undefined, condition: () => Condition) {
    this.#settings = resolveHealth(options)
    this.#condition = condition
    const { healthChecks, checkTimeout } = this.#settings
    this.#checks = new Map([...healthChecks].map(([path, check]) => [path, new RunningCheck(check, checkTimeout)]))
  }

  /** Where it answers. */
  get paths(): readonly string[] {
    const { livePath, readyPath } = this.#settings
    return [...new Set([livePath, readyPath, ...this.#checks.keys()])]
  }

  /**
   * @param path where that is not in the request, as behind a prefix
   * @returns `undefined` for a request that is not for it: then it is for the application
   */
  answer(request: HealthRequest, path: string = pathOf(request)): Promise<HealthAnswer> | undefined {
    const { method = 'GET' } = request
    if ((method !== 'GET' && method !== 'HEAD') || !this.paths.includes(path)) return undefined
    return this.#answer(path, wantsJson(request))
  }

  async #answer(path: string, json: boolean): Promise<HealthAnswer> {
    const outcomes: Record<string, CheckOutcome> = { zerodown: this.#own(path) }
    const check = this.#checks.get(path)
    if (check !== undefined && outcomes['zerodown']?.status === 'ok') {
      const isShuttingDown = this.#condition().service === 'shutting down'
      outcomes['application'] = await check.outcome({ state: { isShuttingDown } })
    }
    const failed = Object.values(outcomes).find(({ status }) => status === 'error')
    const { service: _, ...condition } = this.#condition()
    return {
      status: failed === undefined ? 200 : 503,
      // An answer that was kept would be that of another moment.
      headers: { 'content-type': json ? 'application/json' : 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
      body: json
        ? textOf({ status: failed === undefined ? 'ok' : 'error', ...condition, checks: outcomes })
        : `${failed?.reason ?? 'ok'}\n`,
    }
  }

  #own(path: string): CheckOutcome {
    const { service } = this.#condition()
    return service === 'up' || path === this.#settings.livePath
      ? { status: 'ok' }
      : { status: 'error', reason: service }
  }
}

const pathOf = ({ url = '' }: HealthRequest): string => url.split('?', 1)[0] ?? ''

function wantsJson({ url = '', headers }: HealthRequest): boolean {
  const query = new URLSearchParams(url.slice(pathOf({ url, headers }).length))
  return query.has('verbose') || headers.accept?.includes('application/json') === true
}

/** Details may be what JSON has no words for. Then they are left out: the answer counts, and they do not. */
function textOf<Report extends { checks: Record<string, CheckOutcome> }>(report: Report): string {
  try {
    return `${JSON.stringify(report)}\n`
  } catch {
    return `${JSON.stringify(report, (name, value: unknown) => (name === 'details' ? undefined : value))}\n`
  }
}
