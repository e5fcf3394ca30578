import winston from 'winston'
import { serve } from './serve.js'

const { combine, timestamp, json } = winston.format

const logger = winston.createLogger({
  format: combine(timestamp(), json()),
  transports: [new winston.transports.Console()],
})

await serve({ logger })
