import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import zerodown from 'zerodown'
import { AppModule } from './app.module.ts'

const { PORT = 8080, HOST = '127.0.0.1' } = process.env

// Bodies are passed on as they come, so nobody parses them.
const app = await NestFactory.create<NestExpressApplication>(AppModule, {
  bodyParser: false,
  logger: ['error', 'warn'],
})

// The two lines that differ from any other Nest application. The second closes it when its last request is answered, with
// Nest's own hooks (onModuleDestroy, onApplicationShutdown). app.enableShutdownHooks() would close it at once, on SIGTERM
// and on SIGUSR2 alike.
zerodown.attach(app.getHttpServer())
zerodown.onShutdown(() => app.close())

await app.listen(PORT, HOST)
console.log(`generation ${zerodown.generation}, pid ${process.pid}: listening on ${await app.getUrl()}`)
