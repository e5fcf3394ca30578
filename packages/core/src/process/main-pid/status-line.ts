/** What `systemctl status` shows of a server: one line, for humans. */

/** A generation, by its number; or what a supervisor runs, in words. */
type Who = number | string

export const serving = (who: Who): string => `${nameOf(who)}, serving`

export const restarting = (generation: number): string => `${nameOf(generation)}, restarting: ${nameOf(generation + 1)}`

export const tookOver = (generation: number): string => `${serving(generation)}; ${nameOf(generation - 1)} is draining`

/** @param why a message of several sentences, of which the first says what happened */
export const rolledBack = (who: Who, why: string): string => `${serving(who)}; ${firstSentence(why).slice(0, 500)}`

export const draining = (who: Who): string => `${nameOf(who)}, draining`

const nameOf = (who: Who): string => (typeof who === 'number' ? `generation ${who}` : who)

const firstSentence = (message: string): string => message.replaceAll(/\s+/g, ' ').replace(/\. .*$|\.$/, '')
