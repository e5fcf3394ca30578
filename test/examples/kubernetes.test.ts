import { startLoad } from '@zerodown/load'
import type { IIoK8sApiAppsV1Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IIoK8sApiCoreV1Service } from 'kubernetes-models/v1/Service'
import { Service } from 'kubernetes-models/v1/Service'
import { describe, expect, it } from 'vitest'
import { readTexts } from '../../packages/core/src/options/texts.ts'
import { INITS } from '../run/stage/container.ts'
import { cleanUp } from '../support/clean-up.ts'
import { yamlOf } from './stage/files.ts'
import { startAsFirst } from './stage/first-process.ts'
import { validate } from './stage/manifest.ts'

/** What the supervisor waits for after `shutdownDelay` and `drainTimeout` before it kills a worker. ms */
const HOOKS = 10_000
/** The times of the manifest are divided by that, for a shorter test. */
const FASTER = 2

const deployment = await yamlOf<IIoK8sApiAppsV1Deployment>('kubernetes/deployment.yaml')
const service = await yamlOf<IIoK8sApiCoreV1Service>('kubernetes/service.yaml')
const pod = deployment.spec?.template
const container = pod?.spec?.containers[0]
const variables = Object.fromEntries((container?.env ?? []).map(({ name, value = '' }) => [name, value]))
const { shutdownDelay = 0, drainTimeout = 0 } = readTexts(
  ({ variable }) => variables[variable],
  ({ variable }) => variable,
)

describe('the manifests of examples/kubernetes', () => {
  it('are as the schemas of Kubernetes say, without a field that is unknown there', () => {
    expect(validate(Deployment, deployment)).toEqual([])
    expect(validate(Service, service)).toEqual([])
  })

  it('would be found faulty with a wrong type, or a field in a wrong place', () => {
    const wrong = structuredClone(deployment)
    Object.assign(wrong.spec ?? {}, { terminationGracePeriodSeconds: 45 })
    expect(validate(Deployment, wrong)).toEqual(['/spec/terminationGracePeriodSeconds'])
    Object.assign(wrong.spec ?? {}, { replicas: '3' })
    expect(() => validate(Deployment, wrong)).toThrow('replicas must be integer')
  })

  it('belong together', () => {
    expect(pod?.metadata?.labels).toEqual(deployment.spec?.selector.matchLabels)
    expect(pod?.metadata?.labels).toEqual(service.spec?.selector)
    const ports = (container?.ports ?? []).map(({ name }) => name)
    const used = [container?.readinessProbe, container?.livenessProbe].map((probe) => probe?.httpGet?.port)
    expect(ports).toEqual(
      expect.arrayContaining([...used, ...(service.spec?.ports ?? []).map((port) => port.targetPort)]),
    )
  })

  it('give a pod the time to end that it takes, and those who ask /readyz the time to notice', () => {
    const grace = (pod?.spec?.terminationGracePeriodSeconds ?? 30) * 1000
    expect(grace).toBeGreaterThanOrEqual(shutdownDelay + drainTimeout + HOOKS)
    const { periodSeconds = 10, failureThreshold = 3 } = container?.readinessProbe ?? {}
    expect(shutdownDelay).toBeGreaterThan(periodSeconds * failureThreshold * 1000)
    expect(drainTimeout).toBeGreaterThan(0)
  })

  it('wait with `shutdownDelay`, and with no preStop hook', () => {
    expect(container?.lifecycle).toBeUndefined()
  })

  it('take no pod away before a new one is ready', () => {
    expect(deployment.spec?.strategy?.rollingUpdate).toMatchObject({ maxUnavailable: 0 })
  })
})

const [itself] = INITS

describe(`the command of examples/kubernetes, without a cluster, with ${itself?.title} as PID 1`, () => {
  it.runIf(itself?.runs)(
    'is red at SIGTERM, answers all else while `shutdownDelay` lasts, and ends with 0',
    async () => {
      const { server, first, target } = await startAsFirst(container?.command ?? [], {
        ...variables,
        ZERODOWN_SHUTDOWN_DELAY: String(shutdownDelay / FASTER),
        ZERODOWN_DRAIN_TIMEOUT: String(drainTimeout / FASTER),
      })
      const url = `http://127.0.0.1:${target.port}`
      const statusOf = async (probe = container?.readinessProbe): Promise<number> =>
        (await fetch(`${url}${probe?.httpGet?.path}`, { headers: { connection: 'close' } })).status
      expect(await statusOf()).toBe(200)

      const load = startLoad({
        target,
        workers: [
          { kind: 'keepAlive', connections: 3, thinkTime: [0, 10] },
          { kind: 'fresh', connections: 3, thinkTime: [0, 10] },
        ],
      })
      cleanUp(() => load.stop(0))
      await load.waitFor(({ ok }) => ok > 20)
      const began = performance.now()
      server.signal('SIGTERM', first)
      await server.waitForLog(new RegExp(`shutting down in ${shutdownDelay / FASTER} ms`))
      expect(await statusOf()).toBe(503)
      expect(await statusOf(container?.livenessProbe)).toBe(200)
      const before = load.stats().ok
      await load.waitFor(({ ok }) => ok > before + 20)
      const { failed, firstFailures } = await load.stop()
      expect(performance.now() - began).toBeLessThan(shutdownDelay / FASTER)
      expect({ failed, firstFailures }).toEqual({ failed: 0, firstFailures: [] })
      expect(await server.waitForExit()).toBe(0)
      expect(server.alive()).toEqual([])
    },
  )
})
