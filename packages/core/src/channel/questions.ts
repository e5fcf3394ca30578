import type { Answers, Question, SuccessorQuestion } from './messages.ts'
import type { SupervisionAnswers, SupervisorQuestion, WorkerQuestion } from './supervision.ts'

/** All that is asked over a channel: by a predecessor, by a successor, by a worker, by a supervisor. */
export type AnyQuestion = Question | SuccessorQuestion | WorkerQuestion | SupervisorQuestion

/** What is answered to each. */
export interface AllAnswers extends Answers, SupervisionAnswers {}
