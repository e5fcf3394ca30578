import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { expect, it } from 'vitest'
import { until } from '../../../../test/support/index.ts'
import { ProcessIdentity } from '../../src/process/identity.ts'

function start(script: string): ReturnType<typeof spawn> & { pid: number } {
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child as ReturnType<typeof start>
}

it('tells when a process has ended that is nobody’s child here', async () => {
  const parent = start('sleep 60 & echo $!; exit')
  const [text] = (await once(parent.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  const stranger = new ProcessIdentity(Number(text))
  expect(stranger.alive).toBe(true)
  const ended = stranger.ended()
  stranger.kill('SIGKILL')
  await ended
  expect(stranger.alive).toBe(false)
})

it('takes a zombie for what it is: ended', async () => {
  // The shell becomes a program that reaps nobody.
  const parent = start('sleep 60 & echo $!; exec sleep 60')
  const [text] = (await once(parent.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  await until(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n', 'the program that reaps nobody')
  const child = new ProcessIdentity(Number(text))
  child.kill('SIGKILL')
  await until(() => !child.alive, 'its end')
  expect(process.kill(child.pid, 0)).toBe(true)
})

it('tells a process from one that came before it', () => {
  const child = new ProcessIdentity(start('sleep 60').pid)
  const self = new ProcessIdentity(process.pid)
  expect([self.isOlderThan(child), child.isOlderThan(self), self.isOlderThan(self)]).toEqual([true, false, false])
})

it('signals nobody who is not there any more', async () => {
  const child = start('exit 0')
  const identity = new ProcessIdentity(child.pid)
  await once(child, 'exit')
  expect(identity.alive).toBe(false)
  identity.kill('SIGKILL')
})
