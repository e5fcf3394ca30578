/** Something that an operator should know. */
export interface Finding {
  /** `blocks`: no restart is possible; `weakens`: it may lose something, or nobody sees what it came to. */
  readonly weight: 'blocks' | 'weakens'
  /** What is so, and what follows. */
  readonly what: string
  /** What to do. */
  readonly advice: string
}

export const blocks = (what: string, advice: string): Finding => ({ weight: 'blocks', what, advice })
export const weakens = (what: string, advice: string): Finding => ({ weight: 'weakens', what, advice })
