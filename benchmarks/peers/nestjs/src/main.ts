// The work-order service on NestJS and TypeORM, as their documentation shows it.
import 'reflect-metadata'
import { Module, ValidationPipe } from '@nestjs/common'
import { APP_GUARD, NestFactory } from '@nestjs/core'
import { JwtModule } from '@nestjs/jwt'
import { TypeOrmModule } from '@nestjs/typeorm'
import { AuthController, AuthGuard, RolesGuard } from './auth.js'
import { Asset, Attachment, Technician, User, WorkOrder } from './entities.js'
import { WorkOrdersController, WorkOrdersService } from './work-orders.js'

const entities = [User, Asset, Technician, WorkOrder, Attachment]

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL, entities, extra: { max: 10 }, installExtensions: false }),
    TypeOrmModule.forFeature(entities),
    JwtModule.register({ global: true, secret: process.env.JWT_SECRET, signOptions: { expiresIn: '10m' } })
  ],
  controllers: [AuthController, WorkOrdersController],
  providers: [
    WorkOrdersService,
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_GUARD, useClass: RolesGuard }
  ]
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] })
app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }))
await app.listen(Number(process.env.PORT), '127.0.0.1')
