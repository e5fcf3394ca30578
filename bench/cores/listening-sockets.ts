import { readFileSync } from 'node:fs'

/** The number of LISTEN, and what follows the ports: proc_net_tcp of the kernel's documentation. */
const LISTEN = '0A'

/** How many sockets listen on a port, for IPv4; NaN where the system does not tell. */
export function listeningSocketsOn(port: number): number {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  if (process.platform !== 'linux') return Number.NaN
  return table().filter(([, local = '', , state]) => local.endsWith(wanted) && state === LISTEN).length
}

function table(): string[][] {
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
}
