import { connect } from 'node:net'

/** One GET on a connection of its own, as bytes in and bytes out: what the client costs should not be what is measured. */
export function freshRequest(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      answer += text
    })
    socket.on('error', reject)
    socket.on('end', () => {
      if (answer.startsWith('HTTP/1.1 200 ')) resolve(answer)
      else reject(new Error(`answered with ${JSON.stringify(answer)}`))
    })
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  })
}

/**
 * Makes `total` such requests, `atOnce` of them at a time. Resolves with the time that it took, in ms.
 * @param latencies what each request took is added to them, connecting included. ms
 */
export async function freshBurst(port: number, total: number, atOnce: number, latencies?: number[]): Promise<number> {
  const began = performance.now()
  let begun = 0
  const work = async (): Promise<void> => {
    while (begun++ < total) {
      const asked = performance.now()
      await freshRequest(port)
      latencies?.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return performance.now() - began
}
