import type { IncomingMessage } from 'node:http'

/** More is not read. bytes */
const LONGEST = 1024

/** What a body says: nothing yet, as no request takes anything. */
type Body = Readonly<Record<string, never>> | { readonly status: number; readonly message: string }

/** Reads a body, which has to be empty or an object of JSON without members. Later versions may know some. */
export async function bodyOf(request: IncomingMessage): Promise<Body> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request) {
    text += chunk
    if (text.length > LONGEST) return { status: 413, message: `a body may have ${LONGEST} bytes.` }
  }
  if (text.trim() === '') return {}
  const body = read(text)
  if (body === undefined) return { status: 400, message: 'the body is no JSON object.' }
  const [unknown] = Object.keys(body)
  return unknown === undefined ? {} : { status: 400, message: `the body has '${unknown}', which means nothing here.` }
}

function read(text: string): object | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? body : undefined
  } catch {
    return undefined
  }
}
