/** What an answer 101 has promised to the client (RFC 6455, 4.2.2), which all that follows has to keep to. */
export interface Answer {
  readonly accept: string
  readonly extensions: string
  readonly protocol: string
}

const NAMES = {
  accept: 'sec-websocket-accept',
  extensions: 'sec-websocket-extensions',
  protocol: 'sec-websocket-protocol',
} as const

/** @param lines those of the head, without their ends */
export function readAnswer(lines: readonly string[]): Answer | undefined {
  if (lines[0]?.startsWith('HTTP/1.1 101 ') !== true) return undefined
  const fields = new Map<string, string>()
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':')
    fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  const valueOf = (name: keyof typeof NAMES): string => fields.get(NAMES[name]) ?? ''
  return { accept: valueOf('accept'), extensions: valueOf('extensions'), protocol: valueOf('protocol') }
}

/** Whether a client that has had the one can go on with what follows the other. */
export const isSame = (one: Answer, other: Answer): boolean =>
  one.accept === other.accept && one.extensions === other.extensions && one.protocol === other.protocol
