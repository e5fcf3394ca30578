import type { ProcessStatus, ServiceStatus } from './service-status.ts'

type Labels = Readonly<Record<string, string | number | undefined>>
type Sample = readonly [labels: Labels, value: number]

/**
 * The status in the form that Prometheus reads:
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function openMetrics(status: ServiceStatus): string {
  const { processes, lastRestart, slots = 1, vacant } = status
  const of = (value: (process: ProcessStatus) => number): Sample[] =>
    processes.map((process) => [labelsOf(process), value(process)])
  return [
    gauge('zerodown_ready', 'Whether the service takes requests.', [[{}, Number(status.ready)]]),
    gauge('zerodown_restarting', 'Whether a restart is under way.', [[{}, Number(status.state === 'restarting')]]),
    gauge('zerodown_slots', 'How many processes serve at a time.', [[{}, slots]]),
    gauge('zerodown_slots_in_charge', 'In how many slots a process is in charge.', [[{}, slots - vacant.length]]),
    ...(lastRestart === undefined
      ? []
      : [
          gauge('zerodown_last_restart_success', 'Whether the last restart was done.', [
            [{}, Number(lastRestart.outcome === 'done')],
          ]),
          gauge('zerodown_last_restart_timestamp_seconds', 'When the last restart was over.', [
            [{}, lastRestart.at / 1000],
          ]),
          gauge('zerodown_last_restart_duration_seconds', 'How long the last restart took.', [
            [{}, lastRestart.duration / 1000],
          ]),
        ]),
    gauge(
      'zerodown_generation',
      'The generation in charge of each slot.',
      processes.filter(isLast).map(({ slot, generation }) => [{ slot }, generation]),
    ),
    gauge(
      'zerodown_connections',
      'Open connections.',
      processes.flatMap((process) =>
        process.connections.map(({ kind, open }): Sample => [{ ...labelsOf(process), kind }, open]),
      ),
    ),
    gauge(
      'zerodown_idle_connections',
      'Open connections with nothing in flight.',
      processes.flatMap((process) =>
        process.connections.map(({ kind, idle }): Sample => [{ ...labelsOf(process), kind }, idle]),
      ),
    ),
    gauge(
      'zerodown_requests_in_flight',
      'Requests in flight.',
      of(({ requests }) => requests),
    ),
    gauge(
      'zerodown_process_resident_memory_bytes',
      'Resident set of each process.',
      of(({ memory }) => memory),
    ),
    gauge(
      'zerodown_process_start_time_seconds',
      'When each process was started.',
      of(({ started }) => started / 1000),
    ),
    '# EOF\n',
  ].join('')
}

/** One that drains after a restart has been in charge. */
const isLast = ({ inCharge, successor }: ProcessStatus): boolean => inCharge && successor?.stage !== 'in charge'

const labelsOf = ({ slot, generation }: ProcessStatus): Labels => ({ slot, generation })

function gauge(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${inBraces(labels)} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`
}

/** No value that is given has a character that would have to be escaped. */
function inBraces(labels: Labels): string {
  const given = Object.entries(labels).filter(([, value]) => value !== undefined)
  return given.length === 0 ? '' : `{${given.map(([name, value]) => `${name}="${value}"`).join(',')}}`
}
