import pino from 'pino'
import { serve } from './serve.js'

// A logger of pino's is what the option takes. Each line of zerodown has its level.
await serve({ logger: pino() })
