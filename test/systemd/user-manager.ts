import { execFile, spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const SCRIPT = fileURLToPath(new URL('with-user-manager', import.meta.url))

/** What the script ends with where no manager can be started. */
const UNAVAILABLE = 69

/**
 * Whether a manager can be started here; if not, what a title has to say of it, so that nobody takes a suite that was
 * skipped for one that has passed.
 * @param env for the script
 * @throws where it should be possible, and fails
 */
export function canRunManager(env: NodeJS.ProcessEnv = process.env): { runs: boolean; note: string } {
  const { status, stderr } = spawnSync(SCRIPT, ['true'], { encoding: 'utf8', env })
  if (status === 0) return { runs: true, note: '' }
  if (status !== UNAVAILABLE) throw new Error(`No systemd user manager (${status}): ${stderr}`)
  const [why = ''] = stderr.trim().split('\n').slice(-1)
  const note = ` (skipped: ${why.replace(/^with-user-manager: /, '')})`
  console.warn(`No test with a real systemd runs here${note}`)
  return { runs: false, note }
}

/** What the manager runs beside: says where it is, and lives until its stdin ends, which our own end ends as well. */
const SAY_WHERE = 'printf "%s\\n" "$XDG_RUNTIME_DIR" "$USER_UNITS"; exec cat'

/** A real systemd user manager, with nothing in it but what the tests put there. */
export class UserManager {
  /** Where unit files belong. */
  readonly units: string
  readonly #process: ChildProcess
  /** With which systemctl finds it. */
  readonly env: Record<string, string>

  private constructor(child: ChildProcess, runtime: string, units: string) {
    this.#process = child
    this.units = units
    this.env = { PATH: process.env['PATH'] ?? '', XDG_RUNTIME_DIR: runtime }
  }

  /** @throws where there is no systemd, or no permission to start one, with the reason */
  static async start(): Promise<UserManager> {
    const child = spawn(SCRIPT, ['sh', '-c', SAY_WHERE], { stdio: ['pipe', 'pipe', 'pipe'] })
    const complaints = text(child.stderr)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const [runtime, units] = [await lines.next(), await lines.next()]
    if (runtime.done || units.done) throw new Error(`No systemd user manager: ${await complaints}`)
    return new UserManager(child, runtime.value, units.value)
  }

  /** Runs systemctl; what it wrote to stdout. Rejects if it fails. */
  async systemctl(...args: string[]): Promise<string> {
    const { stdout } = await run('systemctl', ['--user', ...args], { env: this.env })
    return stdout.trim()
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, 'exit')
    this.#process.stdin?.end()
    await exited
  }
}
