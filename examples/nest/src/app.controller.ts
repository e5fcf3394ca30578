import { setTimeout as wait } from 'node:timers/promises'
import { Controller, Get, HttpCode, Post, Query, Req, StreamableFile } from '@nestjs/common'
import type { Request } from 'express'
import type { Identity } from './app.service.ts'
import { AppService } from './app.service.ts'

@Controller()
export class AppController {
  constructor(private readonly service: AppService) {}

  @Get()
  root(): Identity {
    return this.service.identity()
  }

  @Post('echo')
  @HttpCode(200)
  echo(@Req() request: Request): StreamableFile {
    return new StreamableFile(request, { type: request.get('content-type') ?? 'application/octet-stream' })
  }

  @Get('slow')
  async slow(@Query('ms') asked?: string): Promise<Identity & { ms: number }> {
    const ms = Math.min(Number(asked) || 1000, 60_000)
    await wait(ms)
    return { ...this.service.identity(), ms }
  }
}
