/** The first Node of each line that has `reusePort` (https://nodejs.org/api/net.html#serverlistenoptions-callback). */
const FIRST: Readonly<Record<number, number>> = { 22: 12, 23: 1 }

/** Whether several sockets can listen on one port, among which the kernel distributes connections: on Linux (socket(7)). */
export function hasReusePort({ version, platform }: Pick<NodeJS.Process, 'version' | 'platform'> = process): boolean {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number)
  return platform === 'linux' && major >= 22 && minor >= (FIRST[major] ?? 0)
}
