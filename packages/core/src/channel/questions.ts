import type { Answers, Question } from './messages.ts'
import type { SupervisionAnswers, SupervisorQuestion, WorkerQuestion } from './supervision.ts'

/** All that is asked over a channel: by a predecessor, by a worker, by a supervisor. */
export type AnyQuestion = Question | WorkerQuestion | SupervisorQuestion

/** What is answered to each. */
export interface AllAnswers extends Answers, SupervisionAnswers {}
