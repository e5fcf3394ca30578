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
