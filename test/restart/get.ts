import { startLoad } from '@zerodown/load'
import type { Answer, Target } from '@zerodown/load'

/** One GET on a connection of its own: the full answer, with status 200, or an error that says why there is none. */
export async function get(target: Target, path = '/', requestTimeout = 15_000): Promise<Answer> {
  const answers: Answer[] = []
  const check = (answer: Answer): undefined => {
    answers.push(answer)
  }
  const load = startLoad({ target, requestTimeout, workers: [{ kind: 'fresh', path, requests: 1, check }] })
  await load.done
  const [failure] = load.stats().firstFailures
  if (failure !== undefined)
    throw new Error(`GET ${path}: ${failure.reason} while ${failure.phase}: ${failure.message}`)
  const [answer] = answers
  if (answer === undefined) throw new Error(`GET ${path}: no answer`)
  return answer
}

export async function getJson<T>(target: Target, path = '/'): Promise<T> {
  return JSON.parse((await get(target, path)).body.toString()) as T
}

/** The generation that answers. */
export async function generationAt(target: Target): Promise<number> {
  return (await getJson<{ generation: number }>(target)).generation
}
