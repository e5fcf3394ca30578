import { Failure } from './failure.ts'
import type { Check } from './options.ts'
import type { Request } from './request.ts'
import type { Answer } from './response.ts'

/** What is wrong with a complete answer, if anything. */
export function judge({ id, echo }: Request, answer: Answer, check?: Check): Failure | undefined {
  const { status, headers, body } = answer
  if (status !== 200) return complaint('status', `status ${status}: ${JSON.stringify(body.toString('utf8', 0, 200))}`)
  const answered = headers.get('x-request-id')
  if (answered !== undefined && answered !== id)
    return complaint('wrong body', `the answer to ${answered}, not to ${id}`)
  if (echo !== undefined && !echo.equals(body)) return complaint('wrong body', difference(echo, body))
  const found = check === undefined ? undefined : complaintOf(check, answer)
  return found === undefined ? undefined : complaint('wrong body', found)
}

function complaintOf(check: Check, answer: Answer): string | undefined {
  try {
    return check(answer)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** The generation that answered, as its header says, or else its JSON body. */
export function generationOf({ headers, body }: Answer): string | undefined {
  const header = headers.get('x-generation')
  if (header !== undefined) return header
  if (headers.get('content-type')?.startsWith('application/json') !== true) return undefined
  try {
    const { generation } = JSON.parse(body.toString()) as { generation?: unknown }
    return typeof generation === 'number' || typeof generation === 'string' ? String(generation) : undefined
  } catch {
    return undefined
  }
}

function complaint(reason: 'status' | 'wrong body', message: string): Failure {
  return new Failure(reason, 'answered', message)
}

function difference(wanted: Buffer, got: Buffer): string {
  if (wanted.length !== got.length) return `${got.length} bytes came back, not ${wanted.length}`
  return `other bytes came back, from byte ${wanted.findIndex((byte, i) => byte !== got[i])} on`
}
