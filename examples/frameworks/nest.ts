import 'reflect-metadata';
import { Controller, Headers, Inject, Module, Query, Sse } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ChordisModule, TaskStreams } from 'chordis/nest';

@Controller()
class TasksController {
  @Inject(TaskStreams) private readonly streams!: TaskStreams;

  @Sse('tasks')
  tasks(
    @Query() query: Record<string, string | string[]>,
    @Headers('last-event-id') after?: string,
  ) {
    const { task, group } = query;
    return this.streams.events({ tasks: task, groups: group, after: after ?? query.after });
  }
}

const url = process.env.REDIS_URL ?? 'redis://localhost';
@Module({ imports: [ChordisModule.forRoot({ backend: { url } })], controllers: [TasksController] })
class AppModule {}

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
await app.listen(process.env.PORT ?? 3000);
