import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** node:http keeps at a socket the response whose turn it is, until all of it is written. */
interface Answering {
  _httpMessage?: ServerResponse | null
}

/** Whether an answer of node:http is not written to its end. It is known also when the connection has closed. */
export const owesAnswer = (socket: Socket): boolean => openAnswer(socket) !== undefined

/** That answer. */
export const openAnswer = (socket: Socket): ServerResponse | undefined =>
  (socket as Socket & Answering)._httpMessage ?? undefined
