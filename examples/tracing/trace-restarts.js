import { subscribe } from 'node:diagnostics_channel'
import { SpanStatusCode, context, trace } from '@opentelemetry/api'

/**
 * Makes spans of each restart, and of each drain:
 *
 *     zerodown.restart                from the trigger to the commit, or to the roll-back
 *     ├── zerodown.restart.start      from the launch until the successor is ready
 *     └── zerodown.restart.probation  until the commit
 *     zerodown.drain                  from the commit, or a shutdown, until the last response
 *
 * @param tracer what `trace.getTracer()` gives
 */
export function traceRestarts(tracer) {
  const on = (event, listener) => subscribe(`zerodown:${event}`, listener)
  let restart
  let step
  let drain

  /** Ends the step before it, if there is one. */
  const begin = (name, attributes) => {
    step?.end()
    step = tracer.startSpan(name, { attributes }, trace.setSpan(context.active(), restart))
  }

  on('restarting', ({ generation }) => {
    restart = tracer.startSpan('zerodown.restart', { root: true, attributes: { 'zerodown.generation': generation } })
  })
  on('launched', ({ pid }) => begin('zerodown.restart.start', { 'process.pid': pid }))
  on('probation', ({ pid }) => begin('zerodown.restart.probation', { 'process.pid': pid }))

  on('committed', () => {
    step?.end()
    restart.setStatus({ code: SpanStatusCode.OK }).end()
    step = restart = undefined
  })

  on('rolledBack', ({ error }) => {
    step?.setStatus({ code: SpanStatusCode.ERROR })
    step?.end()
    restart?.recordException(error)
    restart?.setAttribute('error.type', error.code)
    restart?.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
    restart?.end()
    step = restart = undefined
  })

  on('draining', ({ reason }) => {
    drain = tracer.startSpan('zerodown.drain', { root: true, attributes: { 'zerodown.reason': reason } })
  })

  on('drained', (ledger) => {
    for (const [name, count] of Object.entries(ledger)) drain?.setAttribute(`zerodown.drain.${name}`, count)
    drain?.end()
  })
}
