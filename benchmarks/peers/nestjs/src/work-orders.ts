// The controller and service of work orders.
import { createHash, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Body, ConflictException, Controller, Get, Injectable, NotFoundException, Param, ParseUUIDPipe, Patch, Post, Query, UnsupportedMediaTypeException, UploadedFile, UseInterceptors } from '@nestjs/common'
import { FileInterceptor } from '@nestjs/platform-express'
import { InjectRepository } from '@nestjs/typeorm'
import { QueryFailedError, Repository } from 'typeorm'
import { Roles } from './auth.js'
import { CreateWorkOrder, ListQuery, UpdateWorkOrder } from './dto.js'
import { Attachment, WorkOrder } from './entities.js'

const MEDIA_TYPES = new Set(['image/png', 'image/jpeg', 'application/pdf', 'text/plain', 'text/csv'])

@Injectable()
export class WorkOrdersService {
  constructor(
    @InjectRepository(WorkOrder) private readonly orders: Repository<WorkOrder>,
    @InjectRepository(Attachment) private readonly attachments: Repository<Attachment>
  ) {}

  async list(query: ListQuery): Promise<{ items: WorkOrder[] }> {
    const found = this.orders
      .createQueryBuilder('o')
      .leftJoinAndSelect('o.asset', 'asset')
      .leftJoinAndSelect('o.assignee', 'assignee')
      .orderBy('o.created_at', 'DESC')
      .addOrderBy('o.id', 'DESC')
      .take(query.limit)
      .skip(query.offset)
    if (query.status) found.andWhere('o.status = :status', { status: query.status })
    if (query.priority) found.andWhere('o.priority = :priority', { priority: query.priority })
    if (query.q) found.andWhere("o.search @@ plainto_tsquery('simple', :q)", { q: query.q })
    return { items: await found.getMany() }
  }

  async get(id: string): Promise<WorkOrder> {
    const found = await this.orders.findOneBy({ id })
    if (!found) throw new NotFoundException()
    return found
  }

  async save(order: WorkOrder): Promise<WorkOrder> {
    try {
      return await this.orders.save(order)
    } catch (error) {
      if (error instanceof QueryFailedError && error.driverError.code === '23503') throw new ConflictException()
      throw error
    }
  }

  create(body: CreateWorkOrder): Promise<WorkOrder> {
    return this.save(this.orders.create(body))
  }

  async update(id: string, body: UpdateWorkOrder): Promise<WorkOrder> {
    return this.save(this.orders.merge(await this.get(id), body))
  }

  async attach(id: string, file: Express.Multer.File): Promise<Attachment> {
    await this.get(id)
    if (!MEDIA_TYPES.has(file.mimetype)) throw new UnsupportedMediaTypeException()
    await writeFile(join(process.env.FILES!, randomUUID()), file.buffer)
    return this.attachments.save(
      this.attachments.create({
        work_order_id: id,
        name: file.originalname,
        media_type: file.mimetype,
        size: file.size,
        sha256: createHash('sha256').update(file.buffer).digest('hex')
      })
    )
  }
}

@Controller('work-orders')
@Roles('admin', 'dispatcher')
export class WorkOrdersController {
  constructor(private readonly service: WorkOrdersService) {}

  @Get()
  @Roles('admin', 'dispatcher', 'technician', 'viewer')
  list(@Query() query: ListQuery) {
    return this.service.list(query)
  }

  @Get(':id')
  @Roles('admin', 'dispatcher', 'technician', 'viewer')
  get(@Param('id', ParseUUIDPipe) id: string) {
    return this.service.get(id)
  }

  @Post()
  create(@Body() body: CreateWorkOrder) {
    return this.service.create(body)
  }

  @Patch(':id')
  update(@Param('id', ParseUUIDPipe) id: string, @Body() body: UpdateWorkOrder) {
    return this.service.update(id, body)
  }

  @Post(':id/attachments')
  @UseInterceptors(FileInterceptor('file', { limits: { fileSize: 10 * 1024 * 1024 } }))
  attach(@Param('id', ParseUUIDPipe) id: string, @UploadedFile() file: Express.Multer.File) {
    return this.service.attach(id, file)
  }
}
