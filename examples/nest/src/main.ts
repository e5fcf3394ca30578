import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import zerodown from 'zerodown'
import { AppModule } from './app.module.ts'

const { PORT = 8080, HOST = '127.0.0.1' } = process.env

// No body parser: POST /echo sends the body back as it arrives.
const app = await NestFactory.create<NestExpressApplication>(AppModule, {
  bodyParser: false,
  logger: ['error', 'warn'],
})

await app.listen(PORT, HOST)
console.log(`generation ${zerodown.generation}, pid ${process.pid}: listening on ${await app.getUrl()}`)
