import type { MiddlewareConsumer, NestModule } from '@nestjs/common'
import { Module } from '@nestjs/common'
import { ZerodownModule } from '@zerodown/nest'
import { AppController } from './app.controller.ts'
import { AppService } from './app.service.ts'
import { CountingMiddleware } from './counting.middleware.ts'

// The import of ZerodownModule is all that differs from any other Nest application.
@Module({ imports: [ZerodownModule.forRoot()], controllers: [AppController], providers: [AppService] })
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(CountingMiddleware).forRoutes(AppController)
  }
}
