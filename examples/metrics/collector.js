import { subscribe } from 'node:diagnostics_channel'
import { Counter, Gauge } from 'prom-client'
import zerodown from 'zerodown'

/**
 * Adds the metrics of zerodown to a registry of prom-client. Each counts where it is not lost: what a process learns
 * just before it leaves is never scraped. So a restart that is done shows in the new process, and one that failed counts
 * in the old process, which stays.
 */
export function collectRestarts(registry) {
  const registers = [registry]
  const on = (event, listener) => subscribe(`zerodown:${event}`, listener)
  /** One that is asked when Prometheus asks. */
  const addGauge = (name, help, labelNames, collect) => new Gauge({ name, help, labelNames, registers, collect })

  addGauge(
    'zerodown_generation',
    'The number of this process in its chain, from 1. It goes up with each restart.',
    [],
    function () {
      this.set(zerodown.generation)
    },
  )

  addGauge('zerodown_state', '1 for the state that this process is in.', ['state'], function () {
    this.reset()
    this.set({ state: zerodown.state }, 1)
  })

  addGauge('zerodown_connections', 'Open connections of this process.', ['kind', 'idle'], function () {
    this.reset()
    for (const { kind, open, idle } of zerodown.status().connections) {
      this.set({ kind, idle: 'true' }, idle)
      this.set({ kind, idle: 'false' }, open - idle)
    }
  })

  addGauge('zerodown_requests', 'Requests in flight in this process.', [], function () {
    this.set(zerodown.status().requests)
  })

  const failed = new Counter({
    name: 'zerodown_restarts_failed_total',
    help: 'Restarts that were rolled back while this process was in charge, by the code of the error.',
    labelNames: ['code'],
    registers,
  })
  on('rolledBack', ({ error }) => failed.inc({ code: error.code }))

  const start = new Gauge({
    name: 'zerodown_start_seconds',
    help: 'How long this process took from its start until it was in charge, with the probation.',
    registers,
  })
  on(zerodown.status().inCharge ? 'ready' : 'inCharge', () => start.set(performance.now() / 1000))

  const received = new Counter({
    name: 'zerodown_connections_received_total',
    help: 'Connections that the predecessor has handed over to this process, counted when it has left.',
    registers,
  })
  on('received', ({ connections }) => received.inc(connections))
}
