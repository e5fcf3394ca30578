import type { Deferred } from '../node/deferred.ts'
import { defer } from '../node/deferred.ts'
import { isNativeHandle } from '../node/internals/handles.ts'
import type { Carrier } from './carrier.ts'
import type { FromPredecessor, FromSuccessor } from './messages.ts'
import { mark, unmark } from './messages.ts'
import type { AllAnswers, AnyQuestion } from './questions.ts'

type Typed = { readonly type: string }
type Named<Message, Type> = Extract<Message, { type: Type }>
type Answer<Type> = Type extends keyof AllAnswers ? AllAnswers[Type] : never
type Listener = (message: never, handle: unknown) => unknown

/** The predecessor's end of the channel, and the successor's. */
export type ChannelToSuccessor = Channel<FromPredecessor, FromSuccessor>
export type ChannelToPredecessor = Channel<FromSuccessor, FromPredecessor>

/** One end of the channel between two generations, whoever carries it. Each type of message has one listener. */
export class Channel<Out extends Typed, In extends Typed> {
  /** Resolves when nothing can arrive any more. */
  readonly ended: Promise<void>
  readonly #carrier: Carrier
  readonly #listeners = new Map<string, Listener>()
  readonly #questions = new Map<number, Deferred<unknown>>()
  #lastQuestion = 0

  constructor(carrier: Carrier) {
    this.#carrier = carrier
    carrier.onMessage((message, handle) => this.#receive(message, handle))
    this.ended = new Promise((resolve) => {
      carrier.onEnd(() => {
        this.abandonQuestions()
        resolve()
      })
    })
  }

  get open(): boolean {
    return this.#carrier.open
  }

  /**
   * Sends a message; nothing, if the channel has ended.
   * @param handle a copy of it goes along
   * @param sent called when `handle` has left, so that it may be closed here
   * @throws if `handle` is of a type that cannot be sent
   */
  send(message: Out, handle?: object, sent?: () => void): void {
    this.#carrier.send(mark(message), handle, sent)
  }

  /**
   * Asks a question.
   * @param handle a copy of it goes along
   * @returns the answer; `null`: nobody over there can answer; `undefined`: the channel ended before it came
   */
  async ask<Type extends AnyQuestion['type']>(
    question: Named<Out, Type> & Named<AnyQuestion, Type>,
    handle?: object,
  ): Promise<AllAnswers[Type] | null | undefined> {
    if (!this.open) return undefined
    this.#lastQuestion += 1
    const answer = defer<unknown>()
    this.#questions.set(this.#lastQuestion, answer)
    this.#carrier.send(mark({ ...question, question: this.#lastQuestion }), handle)
    return answer.promise as Promise<AllAnswers[Type] | null | undefined>
  }

  /**
   * Settles all open questions with `undefined`: nobody is left to answer them, though the channel may still be open.
   */
  abandonQuestions(): void {
    for (const question of this.#questions.values()) question.resolve(undefined)
    this.#questions.clear()
  }

  /**
   * Calls `listener` with each message of that type, and the handle that came with it. Where nobody listens, a handle
   * that comes is closed.
   * @returns how to stop
   */
  on<Type extends In['type']>(type: Type, listener: (message: Named<In, Type>, handle: unknown) => void): () => void {
    return this.#listen(type, listener)
  }

  /**
   * Answers each question of that type with what `answer` returns. A question that nobody answers gets `null`. What is
   * returned at once is sent before this turn of the event loop ends.
   * @returns how to stop
   */
  answer<Type extends In['type'] & keyof AllAnswers>(
    type: Type,
    answer: (question: Named<In, Type>, handle: unknown) => Answer<Type> | Promise<Answer<Type>>,
  ): () => void {
    return this.#listen(type, answer)
  }

  ref(): void {
    this.#carrier.ref()
  }

  unref(): void {
    this.#carrier.unref()
  }

  #listen(type: string, listener: Listener): () => void {
    this.#listeners.set(type, listener)
    return () => {
      if (this.#listeners.get(type) === listener) this.#listeners.delete(type)
    }
  }

  #receive(received: unknown, handle: unknown): void {
    const message = unmark<Typed & { question?: number; answer?: unknown }>(received)
    const listener = message && this.#listeners.get(message.type)
    if (listener === undefined && isNativeHandle(handle)) handle.close()
    if (message === undefined) return
    const { type, question } = message
    if (type === 'answer') return this.#take(question, message.answer)
    const answer = listener?.(message as never, handle) ?? null
    if (question === undefined) return
    if (answer instanceof Promise) answer.then((later) => this.#reply(question, later))
    else this.#reply(question, answer)
  }

  #reply(question: number, answer: unknown): void {
    this.#carrier.send(mark({ type: 'answer', question, answer }))
  }

  #take(question = 0, answer: unknown): void {
    this.#questions.get(question)?.resolve(answer)
    this.#questions.delete(question)
  }
}
