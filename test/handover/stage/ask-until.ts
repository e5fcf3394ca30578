import type { Wire } from './wire.ts'
import { generationOf } from './wire.ts'

/** Asks one request after the other. @returns whoever answered the last one, which is `done` */
export async function askUntil(wire: Wire, done: (generation: number, close: boolean) => boolean): Promise<number> {
  for (;;) {
    const answer = await wire.ask()
    if (done(generationOf(answer), answer.close)) return generationOf(answer)
  }
}

export const askUntilClosed = (wire: Wire): Promise<number> => askUntil(wire, (_, close) => close)

/** Until it has moved to the second generation, or is told to close by the first. */
export const askUntilSettled = (wire: Wire): Promise<number> =>
  askUntil(wire, (generation, close) => generation === 2 || close)
