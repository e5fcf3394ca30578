import type { NestMiddleware } from '@nestjs/common'
import { Injectable } from '@nestjs/common'
import type { NextFunction, Request, Response } from 'express'
import { AppService } from './app.service.ts'

@Injectable()
export class CountingMiddleware implements NestMiddleware {
  constructor(private readonly service: AppService) {}

  use(_request: Request, response: Response, next: NextFunction): void {
    response.on('finish', () => this.service.countServed())
    next()
  }
}
