import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { ServerProcess } from '../../support/index.ts'
import { cleanUp } from '../../support/clean-up.ts'
import { isAlive, startServer, until } from '../../support/index.ts'

/** The configuration of an example, with other ports. */
export async function exampleOf(file: string, ports: Readonly<Record<string, string>>): Promise<string> {
  let text = await readFile(fileURLToPath(new URL(`../../../examples/${file}`, import.meta.url)), 'utf8')
  for (const [port, other] of Object.entries(ports)) {
    if (!text.includes(port)) throw new Error(`${file} does not say ${port}.`)
    text = text.replace(port, other)
  }
  return text
}

/** Starts a proxy in the foreground, and waits until a request comes through it to the server and back. */
export async function startProxy(command: string, port: number): Promise<ServerProcess> {
  const process = await startServer('/', { node: 'sh', nodeArgs: ['-c', `exec ${command}`], ready: false })
  // nginx overwrites its environment, by which all that a test has started is found and ended.
  cleanUp(async () => {
    if (isAlive(process.pid)) process.signal('SIGTERM', process.pid)
    await process.waitForExit()
  })
  await until(
    async () => (await fetch(`http://127.0.0.1:${port}/`)).ok,
    () => `an answer through the proxy. ${process.output}`,
  )
  return process
}
