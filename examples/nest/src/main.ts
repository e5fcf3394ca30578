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

// The only two lines that differ from any other Nest application. The second closes it after its last response, with
// Nest's own hooks (onModuleDestroy, onApplicationShutdown). app.enableShutdownHooks() would close it at once, on SIGTERM
// and also on SIGUSR2.
zerodown.attach(app.getHttpServer())
zerodown.onShutdown(() => app.close())

await app.listen(PORT, HOST)
console.log(`generation ${zerodown.generation}, pid ${process.pid}: listening on ${await app.getUrl()}`)
