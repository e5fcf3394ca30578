// One order for all messages, while two processes have a part of the sockets each: that of the process in charge. The other
// one passes on to it what its clients say, and delivers what it decides.
import { peers } from '@zerodown/core/kinds'
import zerodown from 'zerodown'

/** How many messages a client gets that comes later. */
const KEPT = 200

/** Where messages get their numbers: 'here', or in the 'predecessor' or the 'successor'. */
let order = 'here'
let messages = []
const listeners = new Set()

const like = peers('chat', { fromPredecessor, fromSuccessor, predecessorGone: takeCharge })
if (like.toPredecessor({ what: 'everything' })) order = 'predecessor'

zerodown.on('committed', () => {
  if (order !== 'here') return
  order = 'successor'
  like.toSuccessor({ what: 'charge', messages })
})

/** A client has said something. */
export function say(name, text) {
  if (order === 'predecessor') like.toPredecessor({ what: 'said', name, text })
  else if (order === 'successor') like.toSuccessor({ what: 'said', name, text })
  else deliver({ number: (messages.at(-1)?.number ?? 0) + 1, name, text, generation: zerodown.generation })
}

/** Calls `listener` with each message from now on. */
export const listen = (listener) => void listeners.add(listener)

/** What was said after the message of that number, as far as it is kept. */
export const since = (number) => messages.filter((message) => message.number > number)

function fromPredecessor(heard) {
  if (heard.what === 'said') say(heard.name, heard.text)
  else if (heard.what === 'message') deliver(heard.message)
  else if (heard.what === 'messages') messages = heard.messages
  else if (heard.what === 'charge') {
    for (const message of heard.messages) if (isNew(message)) deliver(message)
    takeCharge()
  }
}

function fromSuccessor(heard) {
  if (heard.what === 'said') say(heard.name, heard.text)
  else if (heard.what === 'message') deliver(heard.message)
  else like.toSuccessor({ what: 'messages', messages })
}

function takeCharge() {
  if (order === 'predecessor') order = 'here'
}

const isNew = ({ number }) => number > (messages.at(-1)?.number ?? 0)

/** Here and, once, in the other processes. */
function deliver(message) {
  if (!isNew(message)) return
  messages = [...messages, message].slice(-KEPT)
  for (const listener of listeners) listener(message)
  like.toPredecessor({ what: 'message', message })
  like.toSuccessor({ what: 'message', message })
}
