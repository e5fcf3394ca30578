import 'reflect-metadata'
import { setTimeout as wait } from 'node:timers/promises'
import { Controller, Get, HttpCode, Injectable, Module, Post, Query, Req, StreamableFile } from '@nestjs/common'
import type { BeforeApplicationShutdown, OnApplicationShutdown, OnModuleDestroy } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { Request } from 'express'

@Injectable()
class Identity {
  readonly generation = process.pid
}

@Controller()
class Routes {
  readonly identity: Identity

  constructor(identity: Identity) {
    this.identity = identity
  }

  @Get('identity')
  identify(): Identity {
    return this.identity
  }

  @Get('slow')
  async slow(@Query('ms') ms: string): Promise<Identity> {
    await wait(Number(ms))
    return this.identity
  }

  @Post('echo')
  @HttpCode(200)
  echo(@Req() request: Request): StreamableFile {
    return new StreamableFile(request)
  }
}

@Module({ controllers: [Routes], providers: [Identity] })
class Application implements OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown {
  onModuleDestroy(): void {
    console.log('cleaned up: the module')
  }

  beforeApplicationShutdown(signal?: string): void {
    console.log(`cleaned up: before the shutdown by ${signal}`)
  }

  async onApplicationShutdown(signal?: string): Promise<void> {
    await wait(100) // As the end of a connection to a database.
    console.log(`cleaned up: after the shutdown by ${signal}`)
  }
}

const app = await NestFactory.create(Application, { bodyParser: false, logger: ['error', 'warn'] })
const { HOST = '127.0.0.1', PORT = '3000', SIGNALS } = process.env
app.enableShutdownHooks(SIGNALS?.split(','))
await app.listen(PORT, HOST)
